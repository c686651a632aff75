"""Checks an InferenceService against the models that KServe generates from its own types: every field must be one that they
know, of the type that they say, and required ones must be there."""

import importlib.util
import pathlib
import re
import sys
import types

import kubernetes.client.models as kubernetes_models
import yaml

# The models alone: importing `kserve` itself would want all that its server needs.
folder = pathlib.Path(importlib.util.find_spec("kserve").submodule_search_locations[0])
package = types.ModuleType("kserve")
package.__path__ = [str(folder)]
sys.modules["kserve"] = package


def model(name):
    """The generated class of a name: KServe's own, or Kubernetes'."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for candidate in (snake, snake.replace("v1_beta1", "v1beta1")):
        if (folder / "models" / f"{candidate}.py").exists():
            return getattr(importlib.import_module(f"kserve.models.{candidate}"), name)
    return getattr(kubernetes_models, name, None)


def check(value, kind, path, problems):
    if kind.startswith("list["):
        if not isinstance(value, list):
            return problems.append(f"{path} must be a list")
        for index, item in enumerate(value):
            check(item, kind[5:-1], f"{path}[{index}]", problems)
    elif kind.startswith("dict("):
        if not isinstance(value, dict):
            problems.append(f"{path} must be a table")
    elif kind in ("str", "int", "bool", "float"):
        if type(value).__name__ != kind:
            problems.append(f"{path} must be a {kind}, not {value!r}")
    elif (found := model(kind)) is not None:
        if not isinstance(value, dict):
            return problems.append(f"{path} must be a table")
        names = {json: attribute for attribute, json in found.attribute_map.items()}
        for field, item in value.items():
            if field not in names:
                problems.append(f"{path}.{field} is not a field of {kind}")
            else:
                check(item, found.openapi_types[names[field]], f"{path}.{field}", problems)
        # Both kinds of model refuse to be made without what they need, and say of what.
        try:
            found()
        except ValueError as error:
            for attribute, field in found.attribute_map.items():
                if field not in value and re.search(rf"`{attribute}`|^({attribute}|{field})$", str(error), re.MULTILINE):
                    problems.append(f"{path} lacks {field}")


document = yaml.safe_load(open(sys.argv[1]))
problems = []
if (document.get("apiVersion"), document.get("kind")) != ("serving.kserve.io/v1beta1", "InferenceService"):
    problems.append("it is no InferenceService of serving.kserve.io/v1beta1")
check(document, "V1beta1InferenceService", "", problems)
for problem in problems:
    print(f"{sys.argv[1]}: {problem}", file=sys.stderr)
print(f"{sys.argv[1]}: {'wrong' if problems else 'passed'}")
sys.exit(1 if problems else 0)
