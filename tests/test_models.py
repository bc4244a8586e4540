"""The shipped networks: what their cards claim is measured anew, and their training can be repeated."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from tinytorch import models
from tinytorch.core import Conv2D, Dense
from tinytorch.datasets import digits
from tinytorch.models import train_digits, trained

NAMES = {"digits_mlp": models.digits_mlp, "digits_cnn": models.digits_cnn}
FLOORS = {"digits_mlp": 0.95, "digits_cnn": 0.96}


@pytest.fixture(scope="module")
def test_set():
    return digits("test")


@pytest.fixture(scope="module")
def outputs(test_set):
    return {(n, v): build(v)(test_set.inputs) for n, build in NAMES.items() for v in models.VARIANTS}


@pytest.mark.parametrize("name", NAMES)
def test_every_accuracy_on_the_card_is_what_the_weights_score(name, outputs, test_set):
    card = models.model_card(name)
    for variant in models.VARIANTS:
        correct = int((outputs[name, variant].argmax(axis=1) == test_set.labels).sum())
        assert correct == round(card.variant_accuracy[variant] * card.test_samples), variant
    assert card.test_accuracy == card.variant_accuracy["vectorised"]
    train_set = digits("train")
    correct = int((NAMES[name]()(train_set.inputs).argmax(axis=1) == train_set.labels).sum())
    assert correct == round(card.train_accuracy * card.train_samples)
    assert (card.train_samples, card.test_samples) == (len(train_set), len(test_set))
    assert card.parameters == NAMES[name]().parameters


@pytest.mark.parametrize("name", NAMES)
def test_the_networks_are_good_enough_and_no_variant_loses_more_than_the_margin(name):
    card = models.model_card(name)
    assert card.test_accuracy >= FLOORS[name]
    assert set(card.variant_accuracy) == set(models.VARIANTS)
    assert min(card.variant_accuracy.values()) >= card.test_accuracy - models.VARIANT_MARGIN


@pytest.mark.parametrize("name", NAMES)
def test_naive_and_vectorised_hold_the_same_network(name, outputs):
    np.testing.assert_allclose(outputs[name, "naive"], outputs[name, "vectorised"], atol=1e-5)
    for variant in models.VARIANTS:
        assert outputs[name, variant].shape == (510, 10)
        assert outputs[name, variant].dtype == np.float32
        np.testing.assert_allclose(outputs[name, variant].sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("build", NAMES.values())
def test_pruned_and_int8_differ_from_the_network_only_as_they_say(build):
    whole, pruned, small = build(), build("pruned"), build("int8")
    for layer, thinned in zip(whole, pruned, strict=True):
        if isinstance(layer, Dense | Conv2D):
            assert np.count_nonzero(thinned.weights) == layer.weights.size - int(0.4 * layer.weights.size)
    assert pruned.nbytes == whole.nbytes
    assert small.nbytes < 0.3 * whole.nbytes


@pytest.mark.parametrize("build", NAMES.values())
def test_every_call_builds_a_network_of_its_own(build):
    one, other = build(), build()
    sample = digits().inputs[:1]
    expected = other(sample)
    for layer in one:
        if isinstance(layer, Dense | Conv2D):
            layer.weights[:] = 0
    np.testing.assert_array_equal(other(sample), expected)
    np.testing.assert_array_equal(copy.deepcopy(other)(sample), expected)


def test_unknown_names_are_answered_with_the_names():
    with pytest.raises(ValueError, match="'fast'; there are naive, vectorised, pruned, int8"):
        models.digits_mlp("fast")
    with pytest.raises(ValueError, match="'resnet'; there are digits_mlp, digits_cnn"):
        models.model_card("resnet")
    with pytest.raises(ValueError, match="'resnet'; there are digits_mlp, digits_cnn"):
        models.assemble("resnet", {})


@pytest.mark.parametrize("name", NAMES)
def test_training_is_repeatable_and_learns(name):
    train_set = digits("train")
    one, other = (train_digits.train(name, train_set, epochs=1, seed=13) for _ in range(2))
    assert list(one) == list(other)
    for key, array in one.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, other[key])
    assert train_digits.accuracy(models.assemble(name, one), train_set) > 0.6


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_the_slopes_of_the_loss(name):
    """Against central differences in float64."""
    rng = np.random.default_rng(13)
    start = train_digits.initial_weights(name, rng)
    weights = {key: array.astype(np.float64) + 0.01 for key, array in start.items()}
    network = models.assemble(name, weights)
    images, labels = digits().inputs[:4].astype(np.float64), digits().labels[:4]

    def loss() -> float:
        return float(-np.log(network(images)[np.arange(4), labels]).mean())

    for array, gradient in train_digits.gradients(network, images, labels):
        for place in rng.choice(array.size, size=min(5, array.size), replace=False):
            kept, slopes = array.flat[place], []
            for step in (1e-6, -1e-6):
                array.flat[place] = kept + step
                slopes.append(loss())
            array.flat[place] = kept
            assert gradient.flat[place] == pytest.approx((slopes[0] - slopes[1]) / 2e-6, rel=1e-4, abs=1e-7)


def test_moved_images_are_the_image_shifted_by_a_pixel_at_most():
    image = np.zeros((200, 1, 8, 8), dtype=np.float32)
    image[:, :, 3, 4] = 1
    moved = train_digits.moved(image, np.random.default_rng(13))
    _, _, rows, columns = np.nonzero(moved)
    assert moved.shape == image.shape
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {(r, c) for r in (2, 3, 4) for c in (3, 4, 5)}


def test_the_training_script_writes_what_the_package_reads(tmp_path, monkeypatch):
    monkeypatch.setattr(train_digits, "EPOCHS", {"digits_mlp": 1, "digits_cnn": 1})
    monkeypatch.setattr(train_digits, "VARIANTS", ("vectorised", "pruned", "int8"))  # naive takes seconds
    train_digits.main(tmp_path)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"digits_mlp.npz", "digits_cnn.npz", "models.json"}
    shipped = json.loads((trained.WEIGHTS / "models.json").read_text(encoding="utf-8"))
    cards = json.loads((tmp_path / "models.json").read_text(encoding="utf-8"))
    assert {name: set(card) for name, card in cards.items()} == {name: set(card) for name, card in shipped.items()}
    monkeypatch.setattr(trained, "WEIGHTS", tmp_path)
    card = models.model_card("digits_mlp")
    assert card.epochs == 1
    assert train_digits.accuracy(models.digits_mlp(), digits("test")) == card.test_accuracy
