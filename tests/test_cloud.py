"""The files in cloud/: the service's types accept the specs, and the trainer runs with their flags and variables.

The tests of the specs import no TensorFlow; those with Google's types run only if `mnist-lab[cloud]` is installed.
"""

import argparse
import json
import os
import re
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from mnist_lab.__main__ import main
from mnist_lab.trainer import settings

from .notebooks import ROOT
from .processes import SIZES, free_address, wait_for_end, without_seconds

yaml = pytest.importorskip("yaml")

CLOUD = ROOT / "cloud"
JOBS = ("config.yaml", "config-workers.yaml")


def read(name):
    return yaml.safe_load((CLOUD / name).read_text(encoding="utf-8"))


def parse(flags):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    settings.add_flags(parser)
    return settings.from_flags(parser.parse_args(flags))


# The specs as Google's types


@pytest.fixture(scope="module")
def types():
    return pytest.importorskip("google.cloud.aiplatform_v1", reason="needs mnist-lab[cloud]")


def as_type(kind, spec):
    return kind.from_json(json.dumps(spec), ignore_unknown_fields=False)


@pytest.mark.parametrize("name", JOBS)
def test_the_service_accepts_a_job(types, name):
    spec = as_type(types.CustomJobSpec, read(name))
    job = types.CustomJob(display_name="first", job_spec=spec)
    pools = job.job_spec.worker_pool_specs
    assert [pool.replica_count for pool in pools] == [1] * (2 if name == "config-workers.yaml" else 1)
    assert all(pool.container_spec.image_uri and pool.machine_spec.machine_type for pool in pools)
    assert job.job_spec.base_output_directory.output_uri_prefix.startswith("gs://")
    assert 0 < job.job_spec.scheduling.timeout.total_seconds() <= 2 * 3600


def test_the_service_accepts_the_tuning(types):
    tuning = as_type(types.HyperparameterTuningJob, read("config-hptune.yaml"))
    reports = Path(settings.__file__).with_name("reports.py").read_text(encoding="utf-8")
    (metric,) = tuning.study_spec.metrics
    assert metric.metric_id == re.search(r'^TUNED = "(\w+)"', reports, re.MULTILINE)[1]
    assert metric.goal == types.StudySpec.MetricSpec.GoalType.MAXIMIZE
    assert 1 <= tuning.parallel_trial_count <= tuning.max_trial_count
    (pool,) = tuning.trial_job_spec.worker_pool_specs
    assert pool.replica_count == 1


def test_a_misspelt_field_or_value_is_refused(types):
    from google.protobuf.json_format import ParseError

    spec = read("config.yaml")
    spec["workerPoolSpecs"][0]["machineSpec"]["machinType"] = "e2-standard-4"
    with pytest.raises(ParseError, match='no field named "machinType"'):
        as_type(types.CustomJobSpec, spec)
    spec = read("config-hptune.yaml")
    spec["studySpec"]["parameters"][0]["scaleType"] = "LOG"
    with pytest.raises(ParseError, match="LOG"):
        as_type(types.HyperparameterTuningJob, spec)


# The flags


def kubernetes():
    """Return the objects of kubernetes.yaml by their kind."""
    return {item["kind"]: item for item in yaml.safe_load_all((CLOUD / "kubernetes.yaml").read_text("utf-8"))}


def trainer_of(job):
    (container,) = job["spec"]["template"]["spec"]["containers"]
    return container


def pools(name):
    spec = read(name)
    return spec.get("trialJobSpec", spec)["workerPoolSpecs"]


ARGUMENTS = [
    pytest.param(pool["containerSpec"]["args"], id=f"{name}-{number}")
    for name in (*JOBS, "config-hptune.yaml")
    for number, pool in enumerate(pools(name))
] + [pytest.param(trainer_of(kubernetes()["Job"])["args"], id="kubernetes.yaml")]


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_the_trainer_accepts_every_flag(arguments):
    assert any(argument.startswith("--job-dir=") for argument in arguments)
    assert parse(arguments).epochs >= 1


def test_all_workers_get_the_same_flags_and_equal_parts_of_a_batch():
    chief, worker = (pool["containerSpec"]["args"] for pool in pools("config-workers.yaml"))
    assert chief == worker
    assert parse(chief).batch_size % 2 == 0


def test_the_job_folder_is_the_output_folder_of_the_spec_and_trials_share_none():
    for name in JOBS:
        folder = read(name)["baseOutputDirectory"]["outputUriPrefix"]
        assert all(parse(pool["containerSpec"]["args"]).job_dir == folder for pool in pools(name))
    (pool,) = pools("config-hptune.yaml")
    assert "://" not in parse(pool["containerSpec"]["args"]).job_dir


PARAMETERS = read("config-hptune.yaml")["studySpec"]["parameters"]


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter["parameterId"])
def test_the_trainer_accepts_both_ends_of_the_range_of_a_tuned_parameter(parameter):
    (pool,) = pools("config-hptune.yaml")
    flag, field = f"--{parameter['parameterId']}", parameter["parameterId"].replace("-", "_")
    (kind,) = {"doubleValueSpec", "integerValueSpec"} & set(parameter)
    low, high = parameter[kind]["minValue"], parameter[kind]["maxValue"]
    assert low < getattr(settings.Settings(), field) < high
    assert "LOG" not in parameter["scaleType"] or low > 0
    for value in (low, high):
        for text in (str(value), str(float(value))):
            assert getattr(parse([*pool["containerSpec"]["args"], f"{flag}={text}"]), field) == value


# The container


@pytest.fixture(scope="module")
def instructions():
    """Return the Dockerfile's instructions: for each keyword, the arguments of each such line."""
    text = re.sub(r"^#.*\n", "", (CLOUD / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    by_keyword = defaultdict(list)
    for line in filter(str.strip, re.sub(r"\\\n\s*", "", text).splitlines()):
        keyword, arguments = line.split(maxsplit=1)
        by_keyword[keyword].append(arguments)
    return by_keyword


def entry_point():
    text = (CLOUD / "Dockerfile").read_text(encoding="utf-8")
    return json.loads(re.search(r"^ENTRYPOINT (.+)$", text, re.MULTILINE)[1])


def test_the_container_runs_an_existing_command(capsys):
    command, verb = entry_point()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts[command] == "mnist_lab.__main__:main"
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    assert "--job-dir" in capsys.readouterr().out


def test_the_container_does_not_run_as_root(instructions):
    defaults = dict(argument.split("=", 1) for argument in instructions["ARG"])
    user = re.sub(r"\$\{(\w+)\}", lambda found: defaults[found[1]], instructions["USER"][-1])
    uid = re.search(rf"useradd --uid (\d+) --create-home {user}$", "\n".join(instructions["RUN"]), re.MULTILINE)[1]
    assert user not in ("root", "0")
    assert int(uid) > 0
    pod = kubernetes()["Job"]["spec"]["template"]["spec"]["securityContext"]
    assert (pod["runAsNonRoot"], pod["runAsUser"], pod["fsGroup"]) == (True, int(uid), int(uid))


def test_the_packages_of_the_container_are_pinned(instructions):
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", instructions["FROM"][0])
    named = [run.removeprefix("pip install --no-cache-dir ") for run in instructions["RUN"] if "pip" in run]
    pinned, own = (names.replace('"', "").split() for names in named)
    assert own == [".[trainer]"]
    assert all(re.fullmatch(r"[\w-]+(\$\{EXTRA\})?==[\w.]+", name) for name in pinned), pinned
    assert "cloudml-hypertune" in {name.split("==")[0] for name in pinned}


def test_the_files_that_the_container_copies_exist_and_are_not_ignored(instructions):
    not_ignored = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    sources = {source for copied in instructions["COPY"] for source in copied.split()[:-1]}
    assert sources == not_ignored
    assert all((ROOT / source).exists() for source in sources)


def test_the_build_names_the_dockerfile_and_its_arguments(instructions):
    build = read("cloudbuild.yaml")
    (step,) = build["steps"]
    assert (ROOT / next(a for a in step["args"] if a.startswith("--file=")).removeprefix("--file=")).is_file()
    given = {argument.split("=")[1] for argument in step["args"] if argument.startswith("--build-arg=")}
    assert given == {argument.split("=")[0] for argument in instructions["ARG"]}
    assert build["substitutions"] == dict(f"_{argument}".split("=") for argument in instructions["ARG"])
    assert f"--tag={build['images'][0]}" in step["args"]


# Kubernetes


def test_the_kubernetes_objects_refer_to_each_other():
    objects = kubernetes()
    job, service, claim = (objects[kind] for kind in ("Job", "Service", "PersistentVolumeClaim"))
    pod, name = job["spec"]["template"]["spec"], job["metadata"]["name"]
    assert job["spec"]["completionMode"] == "Indexed"
    assert job["spec"]["completions"] == job["spec"]["parallelism"] == 2
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"] == {"batch.kubernetes.io/job-name": name}
    assert pod["subdomain"] == service["metadata"]["name"]
    (volume,) = pod["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    (mount,) = trainer_of(job)["volumeMounts"]
    assert mount["name"] == volume["name"]
    assert parse(trainer_of(job)["args"]).job_dir.startswith(f"{mount['mountPath']}/")


def test_each_pod_gives_the_trainer_its_own_index(tmp_path):
    objects = kubernetes()
    job, service = objects["Job"], objects["Service"]["metadata"]["name"]
    container, name, workers = trainer_of(job), job["metadata"]["name"], job["spec"]["completions"]
    printing = tmp_path / entry_point()[0]
    printing.write_text('#!/bin/sh\nprintf "%s\\n" "$TF_CONFIG" "$@"\n')
    printing.chmod(0o755)
    (port,) = container["ports"]
    hosts = [f"{name}-{number}.{service}:{port['containerPort']}" for number in range(workers)]
    for index in range(workers):
        environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "JOB_COMPLETION_INDEX": str(index)}
        command = [*container["command"], *container["args"]]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=True)
        config, *arguments = done.stdout.splitlines()
        assert json.loads(config) == {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        assert arguments == [entry_point()[1], *container["args"]]


# The container's command


def as_the_service_runs(name, number, bucket, kind, **cluster):
    """Return the command and the environment of a pool's container, with a folder as the bucket.

    TF_CONFIG is as the service sets it, with more in it than TensorFlow uses.
    """
    spec = read(name)
    moved = [argument.replace("gs://BUCKET", str(bucket)) for argument in pools(name)[number]["containerSpec"]["args"]]
    base = spec["baseOutputDirectory"]["outputUriPrefix"].replace("gs://BUCKET", str(bucket))
    own = {"type": kind, "index": 0, "cloud": "a1-b2"}
    return [*entry_point()[1:], *moved, "--epochs=2", *SIZES], {
        "AIP_MODEL_DIR": f"{base}/model/",
        "AIP_CHECKPOINT_DIR": f"{base}/checkpoints/",
        "AIP_TENSORBOARD_LOG_DIR": f"{base}/logs/",
        "TF_CONFIG": json.dumps({"cluster": cluster, "environment": "cloud", "job": {}, "task": own}),
    }


def assert_complete(base):
    """Assert that each output is in the folder that the service named for it."""
    assert {path.name for path in (base / "model").iterdir()} >= {"saved_model.pb", "variables"}
    checkpoints = sorted(path.name for path in (base / "checkpoints").iterdir())
    assert checkpoints == ["step-000000005.npz", "step-000000010.npz"]
    (log,) = (base / "logs").iterdir()
    assert log.name.startswith("events.out.tfevents.")
    assert (base / "model.keras").is_file()
    *epochs, last = without_seconds(base)
    assert ([line["epoch"] for line in epochs], last["summary"]["steps"]) == ([1, 2], 10)


def test_one_worker_writes_into_the_folders_of_the_service(tiny, tmp_path, monkeypatch, capsys):
    command, variables = as_the_service_runs("config.yaml", 0, tmp_path, "chief", chief=["127.0.0.1:2222"])
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(command) == 0
    assert "epoch 2/2" in capsys.readouterr().out
    assert_complete(tmp_path / "JOB")


@pytest.mark.slow
def test_the_chief_and_a_worker_train_together(tiny, tmp_path, start):
    cluster = {"chief": [free_address()], "worker": [free_address()]}
    running = []
    for number, kind in enumerate(cluster):
        command, variables = as_the_service_runs("config-workers.yaml", number, tmp_path, kind, **cluster)
        running.append(start("-m", "mnist_lab", *command, **variables))
    (status, chief), (other, worker) = map(wait_for_end, running)
    assert (status, other) == (0, 0), chief + worker
    assert ("epoch 2/2" in chief, "epoch" in worker) == (True, False)
    assert_complete(tmp_path / "JOB")
