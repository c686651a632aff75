"""Times PyTorch in the layout that suits its CPU kernels (channels last), torchvision's augmentation, and MKL's product.

Exports networks to ONNX for the other peers, too.
"""

import torch
import torchvision
from torch import nn
from torchvision import transforms

from measuring import class_count, parse, print_gigaflops_per_second, print_images_per_second, times

VERSION = f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}"


class GuideNetwork(nn.Module):
    """The guide's network, as `ocellus --network simple`; gives logits."""

    def __init__(self, size, classes):
        super().__init__()
        side = ((size - 2) // 2 - 2) // 2
        self.conv1, self.conv2 = nn.Conv2d(3, 32, 3), nn.Conv2d(32, 64, 3)
        self.dense1, self.dense2 = nn.Linear(side * side * 64, 64), nn.Linear(64, classes)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.dense2(torch.relu(self.dense1(torch.flatten(x, 1))))


def make_network(options):
    """A network with random weights."""
    torch.manual_seed(0)
    classes = class_count(options.network)
    if options.network == "simple":
        return GuideNetwork(options.size, classes)
    return getattr(torchvision.models, options.network)(weights=None, num_classes=classes)


def pictures(options):
    """A batch of made-up pictures."""
    return torch.rand(options.batch, 3, options.size, options.size)


def training(options):
    """A step: forward, backward, Adam."""
    network = make_network(options).to(memory_format=torch.channels_last).train()
    images = pictures(options).to(memory_format=torch.channels_last)
    targets = torch.arange(options.batch) % class_count(options.network)
    optimizer = torch.optim.Adam(network.parameters())
    loss = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss(network(images), targets).backward()
        optimizer.step()

    return times(step, options.seconds, warm_up=2)


def inference(options):
    """A forward pass."""
    network = make_network(options).to(memory_format=torch.channels_last).eval()
    images = pictures(options).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        return times(lambda: network(images), options.seconds)


def augment(options):
    """A batch of torchvision's transforms, prepared by as many worker processes as there are threads."""
    transform = transforms.Compose(
        [
            transforms.Resize((options.size, options.size)),
            transforms.RandomHorizontalFlip(),
            transforms.RandomAffine(
                20, translate=(0.2, 0.2), scale=(0.8, 1.2), shear=0.2,
                interpolation=transforms.InterpolationMode.BILINEAR,
            ),
            transforms.ToTensor(),
        ]
    )
    folder = torchvision.datasets.ImageFolder(options.data, transform)

    def batches():
        while True:
            yield from torch.utils.data.DataLoader(
                folder, options.batch, shuffle=True, drop_last=True, num_workers=options.threads
            )

    # Starting the workers is part of an epoch, so that whole epochs are timed.
    iterator = batches()
    count = len(folder) // options.batch
    return times(lambda: [next(iterator) for _ in range(count)], options.seconds, warm_up=1), count


def export(options):
    """Writes the network as ONNX, for pictures of one size and batches of one size."""
    torch.onnx.export(make_network(options).eval(), pictures(options), options.file, dynamo=False)


def main():
    options = parse(["training", "inference", "augment", "gemm", "export"])
    torch.set_num_threads(options.threads)
    if options.task == "export":
        export(options)
    elif options.task == "gemm":
        left, right = torch.rand(2, options.size, options.size)
        durations = times(lambda: torch.mm(left, right), options.seconds)
        print_gigaflops_per_second(options.size, durations, VERSION + ", MKL")
    elif options.task == "augment":
        durations, batches = augment(options)
        print_images_per_second(options.batch * batches, durations, VERSION)
    else:
        durations = (training if options.task == "training" else inference)(options)
        print_images_per_second(options.batch, durations, VERSION)


if __name__ == "__main__":
    main()
