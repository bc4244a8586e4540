"""Layers, kernels and compression against scipy, numpy and each other."""

from __future__ import annotations

import copy
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tinytorch.core import (
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
    ReLU,
    Sequential,
    ShapeError,
    Sigmoid,
    Softmax,
    magnitude_prune,
    matmul_blocked,
    matmul_naive,
    matmul_vectorised,
    quantise_int8,
    relu_naive,
    relu_vectorised,
)

SIDES = st.integers(1, 9)
WHOLE = st.integers(-1000, 1000)


@st.composite
def factors(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n, k, m = draw(SIDES), draw(SIDES), draw(SIDES)
    return draw(hnp.arrays(np.int64, (n, k), elements=WHOLE)), draw(hnp.arrays(np.int64, (k, m), elements=WHOLE))


def rng() -> np.random.Generator:
    return np.random.default_rng(13)


def random32(*shape: int) -> np.ndarray:
    return rng().standard_normal(shape).astype(np.float32)


@given(factors(), st.integers(1, 5))
def test_matmul_kernels_agree_exactly_on_whole_numbers(pair, block):
    a, b = pair
    expected = np.einsum("ik,kj->ij", a, b)
    for product in (matmul_naive(a, b), matmul_blocked(a, b, block), matmul_vectorised(a, b)):
        assert product.dtype == np.int64
        np.testing.assert_array_equal(product, expected)


@pytest.mark.parametrize("kernel", [matmul_naive, matmul_blocked, matmul_vectorised])
def test_matmul_kernels_agree_with_float64_up_to_float32_rounding(kernel):
    a, b = random32(70, 130), random32(130, 65)
    product = kernel(a, b)
    assert product.dtype == np.float32
    np.testing.assert_allclose(product, a.astype(np.float64) @ b.astype(np.float64), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("kernel", [matmul_naive, matmul_blocked, matmul_vectorised])
@pytest.mark.parametrize(("left", "right"), [((2, 3), (4, 2)), ((3,), (3, 2)), ((2, 3), (3,))])
def test_matmul_kernels_refuse_shapes_that_do_not_fit(kernel, left, right):
    with pytest.raises(ValueError, match=r"takes shapes \(n, k\) and \(k, m\)"):
        kernel(np.zeros(left), np.zeros(right))


def test_a_block_of_nothing_is_refused():
    with pytest.raises(ValueError, match="block=0"):
        matmul_blocked(np.eye(2), np.eye(2), block=0)


@given(hnp.arrays(np.float32, hnp.array_shapes(min_side=0), elements=st.floats(width=32)))
def test_relu_kernels_agree(x):
    expected = np.where(np.isnan(x), x, np.clip(x, 0, None))
    for activated in (relu_naive(x), relu_vectorised(x)):
        assert activated.dtype == np.float32
        np.testing.assert_array_equal(activated, expected)


def test_sigmoid_and_softmax_match_scipy_and_never_overflow():
    from scipy import special

    scores = np.concatenate([random32(8, 10), np.full((1, 10), -1e4, np.float32), np.eye(10, dtype=np.float32) * 1e4])
    np.testing.assert_allclose(Sigmoid()(scores), special.expit(scores), rtol=1e-6)
    np.testing.assert_allclose(Softmax()(scores), special.softmax(scores, axis=-1), rtol=1e-6)
    assert Softmax()(scores).dtype == np.float32


@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("matmul", [matmul_naive, matmul_vectorised])
def test_conv2d_is_scipys_correlation_summed_over_channels(padding, matmul):
    from scipy import signal

    images, weights, bias = random32(2, 3, 7, 6), random32(4, 3, 3, 2), random32(4)
    maps = Conv2D(weights, bias, padding=padding, matmul=matmul)(images)
    edge = ((0, 0), (padding, padding), (padding, padding))
    for image, found in zip(images, maps, strict=True):
        padded = np.pad(image, edge)
        for one_filter, offset, plane in zip(weights, bias, found, strict=True):
            expected = signal.correlate(padded.astype(np.float64), one_filter.astype(np.float64), mode="valid")[0]
            np.testing.assert_allclose(plane, expected + offset, rtol=1e-4, atol=1e-5)


def test_max_pool_takes_the_largest_of_each_tile_and_drops_the_rest():
    images = random32(2, 3, 7, 5)
    pooled = MaxPool2D(2)(images)
    assert pooled.shape == (2, 3, 3, 2)
    for row in range(3):
        for column in range(2):
            tile = images[:, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            np.testing.assert_array_equal(pooled[:, :, row, column], tile.max(axis=(2, 3)))


def small_network(matmul=matmul_vectorised, relu=relu_vectorised) -> Sequential:
    convolution = Conv2D(random32(2, 1, 3, 3), random32(2), padding=1, matmul=matmul)
    dense = Dense(random32(32, 5), random32(5), matmul=matmul)
    return Sequential([convolution, ReLU(relu), MaxPool2D(2), Flatten(), dense, Softmax()])


def test_a_network_gives_the_same_outputs_on_naive_and_vectorised_kernels():
    images = random32(3, 1, 8, 8)
    naive = small_network(matmul_naive, relu_naive)
    np.testing.assert_allclose(naive(images), small_network()(images), rtol=1e-5, atol=1e-7)


def test_a_batch_gives_what_its_samples_give_alone():
    images = random32(5, 1, 8, 8)
    network = small_network()
    alone = np.concatenate([network(images[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(network(images), alone, rtol=1e-5, atol=1e-7)


def test_a_network_does_not_change_its_inputs():
    images = random32(2, 1, 8, 8)
    before = images.copy()
    small_network()(images)
    np.testing.assert_array_equal(images, before)


def test_a_shape_that_does_not_fit_is_told_with_layer_and_both_shapes():
    network = Sequential([Flatten(), Dense(random32(64, 3), random32(3)), Softmax()])
    with pytest.raises(ShapeError, match=r"layer 2 of 3, Dense\(64 -> 3\), takes .* \(n, 64\), got \(2, 49\)"):
        network(random32(2, 1, 7, 7))
    with pytest.raises(ShapeError, match=r"layer 1 of 6, Conv2D\(1 -> 2, 3 x 3, padding 1\), .*got \(2, 3, 8, 8\)"):
        small_network()(random32(2, 3, 8, 8))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2D(np.zeros((1, 1, 3, 3)), np.zeros(1)), (1, 1, 2, 8)),
        (Conv2D(np.zeros((1, 1, 3, 3)), np.zeros(1)), (1, 8, 8)),
        (MaxPool2D(3), (1, 1, 2, 8)),
        (Flatten(), ()),
        (Dense(np.zeros((2, 3)), np.zeros(3)), (2,)),
    ],
)
def test_layers_refuse_inputs_that_do_not_fit(layer, shape):
    with pytest.raises(ShapeError, match="got"):
        layer(np.zeros(shape))


def test_weights_that_do_not_fit_together_are_refused():
    with pytest.raises(ShapeError, match=r"\(2, 3\) and \(2,\)"):
        Dense(np.zeros((2, 3)), np.zeros(2))
    with pytest.raises(ShapeError, match="Conv2D takes weights"):
        Conv2D(np.zeros((2, 3)), np.zeros(2))
    with pytest.raises(ValueError, match="got -1"):
        Conv2D(np.zeros((1, 1, 3, 3)), np.zeros(1), padding=-1)
    with pytest.raises(ValueError, match="got 0"):
        MaxPool2D(0)


def test_a_network_is_a_sequence_and_counts_its_weights():
    network = small_network()
    assert [type(layer) for layer in network] == [Conv2D, ReLU, MaxPool2D, Flatten, Dense, Softmax]
    assert len(network) == 6
    assert isinstance(network[4], Dense)
    assert network.parameters == 2 * 9 + 2 + 32 * 5 + 5
    assert network.nbytes == 4 * network.parameters
    assert "Dense(32 -> 5)" in repr(network)


def test_a_deep_copy_computes_the_same_with_weights_of_its_own():
    images, network = random32(2, 1, 8, 8), small_network()
    twin = copy.deepcopy(network)
    np.testing.assert_array_equal(twin(images), network(images))
    twin[4].weights[:] = 0
    assert not np.array_equal(twin(images), network(images))


@given(hnp.arrays(np.float32, hnp.array_shapes(), elements=st.floats(-1e6, 1e6, width=32)), st.floats(0, 1))
def test_pruning_drops_exactly_the_smallest(weights, fraction):
    before = weights.copy()
    pruned = magnitude_prune(weights, fraction)
    dropped = int(fraction * weights.size)
    order = np.sort(np.abs(weights), axis=None)
    np.testing.assert_array_equal(np.sort(np.abs(pruned), axis=None)[dropped:], order[dropped:])
    assert np.count_nonzero(pruned) <= weights.size - dropped
    assert ((pruned == weights) | (pruned == 0)).all()
    np.testing.assert_array_equal(weights, before)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        magnitude_prune(np.ones(3), fraction)


@given(hnp.arrays(np.float32, hnp.array_shapes(), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_int8_weights_are_off_by_half_a_step_at_most(weights):
    quantised = quantise_int8(weights)
    error = np.abs(quantised.dequantise().astype(np.float64) - weights.astype(np.float64))
    assert error.max() <= quantised.scale * 0.5001
    assert quantised.values.dtype == np.int8
    assert quantised.values.min() >= -127
    assert (quantised.values[weights == 0] == 0).all()


@pytest.mark.parametrize("weights", [np.zeros(0), np.array([1.0, np.nan]), np.array([np.inf])])
def test_weights_without_a_finite_range_are_not_quantised(weights):
    with pytest.raises(ValueError, match="finite"):
        quantise_int8(weights)


def test_map_weights_makes_a_new_network_and_leaves_the_old_one():
    images, network = random32(3, 1, 8, 8), small_network()
    before = network(images)
    empty = network.map_weights(partial(magnitude_prune, fraction=1.0))
    np.testing.assert_allclose(empty(images), np.tile(empty(images)[:1], (3, 1)))
    np.testing.assert_array_equal(network(images), before)
    assert (empty[0].padding, empty[4].matmul) == (1, matmul_vectorised)


def test_an_int8_network_takes_a_quarter_of_the_weights_memory_and_stays_close():
    images, network = random32(3, 1, 8, 8), small_network()
    small = network.map_weights(quantise_int8)
    assert small.nbytes == (2 * 9 + 4) + (32 * 5 + 4) + 4 * (2 + 5)
    assert small.parameters == network.parameters
    np.testing.assert_allclose(small(images), network(images), atol=0.05)
    with pytest.raises(ValueError, match="already quantised"):
        small.map_weights(quantise_int8)
