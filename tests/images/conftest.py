"""The images that `make images` built."""

import pytest
from image import Image, take_apart


@pytest.fixture(scope="session")
def images(tmp_path_factory) -> dict[str, Image]:
    return take_apart(tmp_path_factory.mktemp("images") / "images.tar")
