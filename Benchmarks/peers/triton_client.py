"""Asks Ocellus' service through Triton's own client: triton_client.py HOST:PORT MODEL PHOTO (PyPI: tritonclient[http], pillow).

Tries health, metadata, and inference with files, pixels and tensors, in JSON and in binary form, with probabilities and with Triton's
classification; all must agree.
"""

import sys

import numpy
import tritonclient.http as triton
from PIL import Image


def main():
    address, model, path = sys.argv[1:4]
    client = triton.InferenceServerClient(address)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
    assert client.is_model_ready(model, client.get_model_metadata(model)["versions"][0])
    assert not client.is_model_ready("another")
    print(client.get_server_metadata())
    metadata = client.get_model_metadata(model)
    print({name: metadata[name] for name in ("name", "versions", "inputs", "alternative_inputs", "outputs")})

    def tensor(name, array, binary):
        kind = {"O": "BYTES", "B": "UINT8", "f": "FP32"}[array.dtype.char]
        one = triton.InferInput(name, list(array.shape), kind)
        one.set_data_from_numpy(array, binary_data=binary)
        return one

    file = numpy.array([open(path, "rb").read()], dtype=numpy.object_)
    pixels = numpy.asarray(Image.open(path).convert("RGB"))[None]
    height, width = next(one["shape"] for one in metadata["alternative_inputs"] if one["name"] == "input")[1:3]
    resized = Image.open(path).convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
    values = (numpy.asarray(resized, numpy.float32) / 255)[None]

    found = {}
    for name, array, binary in [
        ("image", file, True), ("pixels", pixels, True), ("pixels", pixels, False), ("input", values, True), ("input", values, False),
    ]:
        for output_binary in (True, False):
            answer = client.infer(model, [tensor(name, array, binary)], request_id="7", outputs=[
                triton.InferRequestedOutput("probabilities", binary_data=output_binary),
                triton.InferRequestedOutput("class", binary_data=output_binary)])
            assert answer.get_response()["id"] == "7"
            key = f"{name}, {'binary' if binary else 'JSON'} in, {'binary' if output_binary else 'JSON'} out"
            found[key] = answer.as_numpy("probabilities")
            print(f"{key}: {answer.as_numpy('class')} {found[key]}")
    # What a client does that knows nothing but the metadata: it sends every input, and asks for every output.
    assert [(one["name"], one["datatype"]) for one in metadata["inputs"]] == [("image", "BYTES")]
    answer = client.infer(model, [tensor(one["name"], file, True) for one in metadata["inputs"]], outputs=[
        triton.InferRequestedOutput(one["name"]) for one in metadata["outputs"]])
    found["as the metadata says"] = answer.as_numpy("probabilities")
    first = next(iter(found.values()))
    for key, probabilities in found.items():
        # Pillow and Ocellus round a resized sample differently by one at most.
        assert numpy.abs(probabilities - first).max() < 0.01, key
    batch = client.infer(model, [tensor("pixels", numpy.repeat(pixels, 5, axis=0), True)])
    assert batch.as_numpy("probabilities").shape == (5, first.shape[1])
    best = client.infer(model, [tensor("image", file, True)], outputs=[
        triton.InferRequestedOutput("probabilities", binary_data=True, class_count=2)])
    print("classification:", best.as_numpy("probabilities"))
    try:
        client.infer(model, [tensor("image", numpy.array([b"no picture"], dtype=numpy.object_), True)])
        sys.exit("what is no picture was classified")
    except triton.InferenceServerException as error:
        print("an error, as it should be:", error)


main()
