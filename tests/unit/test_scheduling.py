import os
import subprocess
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "examples" / "scheduling"


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
@pytest.mark.parametrize("code", [0, 1, 3, 4])
def test_the_script_ends_with_the_code_of_the_run_and_alerts(tmp_path, code):
    fake, alert = tmp_path / "govopen", tmp_path / "alert"
    fake.write_text(f'#!/bin/sh\necho "ran: $*"\nexit {code}\n')
    alert.write_text(f'#!/bin/sh\necho "$1" >"{tmp_path}/alerted"\n')
    for path in (fake, alert):
        path.chmod(0o755)
    log = tmp_path / "logs" / "report.log"
    ended = subprocess.run(
        ["sh", EXAMPLES / "run-report.sh", tmp_path, log, "brief"],
        env={**os.environ, "GOVOPEN": str(fake), "GOVOPEN_ALERT": str(alert)},
        capture_output=True,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, b"", b"")
    assert "ran: report brief --keep 12 --wait 3600" in log.read_text()
    assert log.read_text().endswith(f"=== exit code {code}\n")
    assert (tmp_path / "alerted").exists() == bool(code)


def test_the_workflow_is_yaml_with_a_schedule_and_keeps_failed_runs():
    content = yaml.safe_load((EXAMPLES / "workflow.yml").read_text(encoding="utf-8"))
    steps = content["jobs"]["report"]["steps"]
    assert content[True]["schedule"] == [{"cron": "30 22 28 * *"}]  # YAML 1.1: on
    assert [step["if"] for step in steps if "if" in step] == ["always()"]
