"""The files in cloud/: the service's types accept the specs, and the trainer runs with their flags and variables."""

import json
import os
import re
import subprocess

import pytest

from mnist_lab.__main__ import main
from mnist_lab.trainer.reports import TUNED
from mnist_lab.trainer.settings import Settings

from .notebooks import ROOT
from .processes import SIZES, free_address, parse, wait_for_end, without_seconds

yaml = pytest.importorskip("yaml")

DOCKERFILE = (ROOT / "cloud" / "Dockerfile").read_text(encoding="utf-8")


def read(name):
    """Return the documents of a file in cloud/."""
    return list(yaml.safe_load_all((ROOT / "cloud" / name).read_text(encoding="utf-8")))


SPECS = ("config.yaml", "config-workers.yaml", "config-hptune.yaml")
(ONE,), (WORKERS,), (TUNING,) = map(read, SPECS)
(BUILD,) = read("cloudbuild.yaml")
CLAIM, SERVICE, KUBERNETES = read("kubernetes.yaml")
POD = KUBERNETES["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
ARGUMENTS = [
    pool["containerSpec"]["args"] for job in (ONE, WORKERS, TUNING["trialJobSpec"]) for pool in job["workerPoolSpecs"]
]


@pytest.mark.parametrize("spec", [ONE, WORKERS, TUNING], ids=SPECS)
def test_the_service_accepts_a_spec_but_no_misspelt_field(spec):
    types = pytest.importorskip("google.cloud.aiplatform_v1", reason="needs mnist-lab[cloud]")
    kind, text = types.HyperparameterTuningJob if spec is TUNING else types.CustomJobSpec, json.dumps(spec)
    kind.from_json(text, ignore_unknown_fields=False)
    with pytest.raises(Exception, match='no field named "machinType"'):
        kind.from_json(text.replace("machineType", "machinType"), ignore_unknown_fields=False)


def test_the_trainer_accepts_the_flags_of_every_spec():
    one, chief, worker, trial = map(parse, ARGUMENTS)
    for job, spec in ((one, ONE), (chief, WORKERS)):
        assert job.job_dir == spec["baseOutputDirectory"]["outputUriPrefix"]
    assert chief == worker
    assert "://" not in trial.job_dir, "trials must not share a folder"
    (mount,) = CONTAINER["volumeMounts"]
    assert parse(CONTAINER["args"]).job_dir.startswith(f"{mount['mountPath']}/")


@pytest.mark.parametrize("parameter", TUNING["studySpec"]["parameters"], ids=lambda parameter: parameter["parameterId"])
def test_the_trainer_accepts_both_ends_of_the_range_of_a_tuned_parameter(parameter):
    flag = parameter["parameterId"]
    field = flag.replace("-", "_")
    (kind,) = {"doubleValueSpec", "integerValueSpec"} & set(parameter)
    low, high = parameter[kind]["minValue"], parameter[kind]["maxValue"]
    assert low < getattr(Settings(), field) < high
    for value in (low, high):
        for text in (str(value), str(float(value))):
            assert getattr(parse([*ARGUMENTS[-1], f"--{flag}={text}"]), field) == value
    assert [metric["metricId"] for metric in TUNING["studySpec"]["metrics"]] == [TUNED]


def test_each_pod_finds_the_others_and_the_shared_folder_and_gives_the_trainer_its_own_index(tmp_path):
    assert SERVICE["spec"]["selector"] == {"batch.kubernetes.io/job-name": KUBERNETES["metadata"]["name"]}
    assert POD["subdomain"] == SERVICE["metadata"]["name"]
    assert POD["volumes"][0]["persistentVolumeClaim"]["claimName"] == CLAIM["metadata"]["name"]
    printing = tmp_path / "mnist-lab"
    printing.write_text('#!/bin/sh\nprintf "%s\\n" "$TF_CONFIG" "$@"\n')
    printing.chmod(0o755)
    (port,), name = CONTAINER["ports"], KUBERNETES["metadata"]["name"]
    pods = range(KUBERNETES["spec"]["completions"])
    hosts = [f"{name}-{index}.{POD['subdomain']}:{port['containerPort']}" for index in pods]
    for index in pods:
        environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "JOB_COMPLETION_INDEX": str(index)}
        command = [*CONTAINER["command"], *CONTAINER["args"]]
        printed = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=20, check=True
        ).stdout
        config, *arguments = printed.splitlines()
        assert json.loads(config) == {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        assert arguments == ["train", *CONTAINER["args"]]


def as_the_service_runs(arguments, bucket, kind, cluster):
    """Return the container's command and its environment, with a folder as the bucket.

    TF_CONFIG is as the service sets it, with more in it than TensorFlow uses.
    """
    command, verb = json.loads(re.search(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)[1])
    assert command == "mnist-lab"
    moved, job = [argument.replace("gs://BUCKET", str(bucket)) for argument in arguments], bucket / "JOB"
    own = {"type": kind, "index": 0, "cloud": "a1-b2"}
    return [verb, *moved, "--epochs=2", *SIZES], {
        "AIP_MODEL_DIR": f"{job}/model/",
        "AIP_CHECKPOINT_DIR": f"{job}/checkpoints/",
        "AIP_TENSORBOARD_LOG_DIR": f"{job}/logs/",
        "TF_CONFIG": json.dumps({"cluster": cluster, "environment": "cloud", "job": {}, "task": own}),
    }


def assert_complete(job):
    """Assert that each output is in the folder that the service named for it."""
    for file in ("model/saved_model.pb", "checkpoints/step-000000010.npz", "logs/events.*", "model.keras"):
        assert list(job.glob(file)), file
    *epochs, last = without_seconds(job)
    assert ([line["epoch"] for line in epochs], last["summary"]["steps"]) == ([1, 2], 10)


def test_one_worker_writes_into_the_folders_of_the_service(tiny, tmp_path, monkeypatch, capsys):
    command, variables = as_the_service_runs(ARGUMENTS[0], tmp_path, "chief", {"chief": ["127.0.0.1:2222"]})
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(command) == 0
    assert "epoch 2/2" in capsys.readouterr().out
    assert_complete(tmp_path / "JOB")


@pytest.mark.slow
def test_the_chief_and_a_worker_train_together(tiny, tmp_path, start):
    cluster, running = {"chief": [free_address()], "worker": [free_address()]}, []
    for kind, arguments in zip(cluster, ARGUMENTS[1:3], strict=True):
        command, variables = as_the_service_runs(arguments, tmp_path, kind, cluster)
        running.append(start("-m", "mnist_lab", *command, **variables))
    (status, chief), (other, worker) = map(wait_for_end, running)
    assert (status, other) == (0, 0), chief + worker
    assert ("epoch 2/2" in chief, "epoch" in worker) == (True, False)
    assert_complete(tmp_path / "JOB")
