"""The rows of the table: what is timed, by whom, and how much faster Ocellus is meant to be."""

import dataclasses
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"
BENCH = (OCELLUS, "bench", "network", "--json", "--device", "cpu")


@dataclasses.dataclass(frozen=True)
class Entrant:
    """A way to do what a row times: a command that prints a line of JSON."""

    name: str
    command: tuple
    # Variables of the environment.
    environment: tuple = ()
    # Another number of threads than the row's.
    threads: int | None = None
    # Whether the command is timed as a whole, from its start to its end, and so prints nothing.
    is_timed_whole: bool = False


@dataclasses.dataclass(frozen=True)
class Row:
    """What is timed: Ocellus first, then its peers."""

    name: str
    title: str
    entrants: tuple
    # The value of the JSON that counts.
    key: str = "imagesPerSecond"
    unit: str = "images/s"
    # What the ratio to the best peer is meant to be.
    goal: str = ""
    shows_memory: bool = False


def peer(name, *arguments):
    """The command of a script under peers/."""
    return (sys.executable, HERE / "peers" / f"{name}_peer.py", *arguments)


# What keeps each to AVX2. ONNX Runtime has no such switch.
AVX2 = {
    "Ocellus": (("OCELLUS_CPU_ISA", "avx2"),),
    "Keras": (("ONEDNN_MAX_CPU_ISA", "AVX2"),),
    "OpenVINO": (("ONEDNN_MAX_CPU_ISA", "AVX2"),),
    "PyTorch": (("ATEN_CPU_CAPABILITY", "avx2"), ("ONEDNN_MAX_CPU_ISA", "AVX2"), ("MKL_ENABLE_INSTRUCTIONS", "AVX2")),
}


def step_row(mode, network, batch, peers, files, goal="", avx2=False, dense_weights="fp32"):
    """A row that times steps of a network. What is kept in another type than FP32 is so in Ocellus alone."""
    options = ("--network", network, "--batch", str(batch), "--size", "224")
    entrants = []
    for name in ("Ocellus", *peers):
        match name:
            case "Ocellus":
                classes = "3" if network == "simple" else "1000"
                command = (*BENCH, "--mode", mode, "--classes", classes, "--dense-weights", dense_weights, *options)
            case "Keras" | "PyTorch":
                command = peer(name.lower(), mode, *options)
            case "ONNX Runtime" | "OpenVINO":
                exported = files.folder / f"{network}-{batch}.onnx"
                files.add(exported.name, *peer("pytorch", "export", *options, "--file", exported))
                command = peer(name.lower().replace(" ", ""), mode, *options, "--file", exported)
        entrants.append(Entrant(name, command, AVX2[name] if avx2 else ()))
    title = {"simple": "guide's CNN", "mobilenet_v2": "MobileNetV2", "resnet18": "ResNet-18", "resnet50": "ResNet-50"}
    rounded = dense_weights != "fp32"
    return Row(
        f"{'avx2-' if avx2 else ''}{network}-{mode}-{batch}{'-' + dense_weights if rounded else ''}",
        f"{title[network]}, {mode}, batch {batch}{', AVX2' if avx2 else ''}"
        f"{f', dense weights in {dense_weights.upper()}' if rounded else ''}",
        tuple(entrants), goal=goal, shows_memory=True,
    )


def scaling_row(mode, batch, threads, goal=""):
    """A row that holds several threads against one."""
    command = (*BENCH, "--mode", mode, "--batch", str(batch), "--size", "224")
    return Row(
        f"scaling-{mode}-{batch}", f"guide's CNN, {mode}, batch {batch}: {threads} threads against 1",
        (Entrant("Ocellus", command), Entrant("Ocellus on 1 thread", command, threads=1)), goal=goal,
    )


def pipeline_rows(files):
    """Rows that time the way of pictures from files to batches."""
    pictures = files.folder / "pictures"
    files.add("pictures", sys.executable, HERE / "pictures.py", pictures)
    ours = (OCELLUS, "bench", "pipeline", pictures, "--json")
    data = ("--data", pictures)
    return [
        Row(
            "pipeline-augment", "640×480 JPEG to batches of 224×224, the guide's augmentation",
            (
                Entrant("Ocellus", (*ours, "--augment", "guide")),
                Entrant("Keras' ImageDataGenerator", peer("keras", "augment", *data)),
                Entrant("torchvision", peer("pytorch", "augment", *data)),
            ),
            goal="4 × ImageDataGenerator",
        ),
        Row(
            "pipeline-resize", "640×480 JPEG to batches of 224×224, decoded and resized",
            (
                Entrant("Ocellus", ours),
                Entrant("tf.data", peer("keras", "tfdata", *data)),
                Entrant("Keras' ImageDataGenerator", peer("keras", "resize", *data)),
            ),
            goal="2 × tf.data",
        ),
    ]


def prediction_row(files, threads):
    """A row that times a process from its start to the answer."""
    pictures = files.folder / "pictures"
    photo = pictures / "class0" / "0.jpg"
    run = files.folder / "run"
    network = files.folder / "guide.keras"
    options = ("--threads", str(threads))
    files.add("run", OCELLUS, "train", pictures, "--output", run, "--epochs", "1", "--device", "cpu")
    files.add("guide.keras", *peer("keras", "export", "--file", network))
    return Row(
        "predict", "guide's CNN, one photo: a new process to its end",
        (
            Entrant("Ocellus", (OCELLUS, "predict", run / "model", photo, *options), is_timed_whole=True),
            Entrant("Keras", peer("keras", "predict", "--file", network, "--data", photo, *options), is_timed_whole=True),
        ),
        key="milliseconds", unit="ms", goal="40, and at most 60 ms",
    )


def product_row():
    """A row that times a matrix product."""
    size = ("--size", "2048")
    return Row(
        "gemm", "matrix product, 2048³",
        (
            Entrant("Ocellus", (OCELLUS, "bench", "gemm", "--json", "--device", "cpu", *size)),
            Entrant("OpenBLAS", peer("numpy", "gemm", *size)),
            Entrant("MKL", peer("pytorch", "gemm", *size)),
        ),
        key="gigaflopsPerSecond", unit="GFLOP/s", goal="0.9",
    )


def all_rows(files, threads):
    """Every row, in the table's order."""
    engines = ("ONNX Runtime", "OpenVINO")
    trainers = ("Keras", "PyTorch")
    rows = [
        step_row("training", "simple", 32, trainers, files, goal="2.0, in 0.4 × the memory"),
        step_row("inference", "simple", 32, ("Keras", *engines, "PyTorch"), files, goal="1.25"),
        step_row("inference", "simple", 1, ("Keras", *engines, "PyTorch"), files, goal="1.1"),
        step_row("inference", "simple", 1, engines, files, goal="1.25", dense_weights="bf16"),
    ]
    for network in ("mobilenet_v2", "resnet18", "resnet50"):
        rows += [step_row("inference", network, batch, engines, files, goal="1.0") for batch in (1, 32)]
    for network in ("resnet18", "mobilenet_v2"):
        rows.append(step_row("training", network, 32, trainers, files, goal="1.5 × PyTorch, 1.0 × Keras"))
    rows += [*pipeline_rows(files), prediction_row(files, threads), product_row()]
    if threads > 1:
        rows.append(scaling_row("training", 32, threads, "1.85" if threads == 2 else ""))
        rows.append(scaling_row("inference", 1, threads))
    rows += [
        step_row("training", "simple", 32, trainers, files, avx2=True),
        step_row("inference", "simple", 1, ("Keras", "OpenVINO"), files, avx2=True),
        step_row("inference", "resnet18", 32, ("OpenVINO",), files, avx2=True),
    ]
    return rows
