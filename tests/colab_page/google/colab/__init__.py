"""What Colab's kernel has and no other: imported when the kernel starts. An imitation for tests."""
