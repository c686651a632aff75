#!/bin/sh
# Checks the files in Deploy/kubernetes and compose.yaml against their schemas: Kubernetes' own (PyPI's kubernetes-validate),
# KServe's generated models (PyPI's kserve), and the Compose specification (PyPI's check-jsonschema brings it along). They are
# installed into ~/.cache/ocellus, once.
set -eu
cd "$(dirname "$0")/.."
environment="${XDG_CACHE_HOME:-$HOME/.cache}/ocellus/deploy"
if [ ! -x "$environment/bin/check-jsonschema" ]; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet kubernetes-validate==1.37.0 check-jsonschema==0.39.0 PyYAML kubernetes six
    # Without its server, which is all that the rest of its dependencies are for.
    "$environment/bin/pip" install --quiet --no-deps kserve
fi
"$environment/bin/check-jsonschema" --builtin-schema vendor.compose-spec compose.yaml
for file in deployment service horizontal-pod-autoscaler; do
    "$environment/bin/kubernetes-validate" --strict "Deploy/kubernetes/$file.yaml"
done
"$environment/bin/python" Deploy/validate_kserve.py Deploy/kubernetes/inference-service.yaml
