# Everything runs in .venv, which is made from pyproject.toml and constraints.txt.
# Needed beforehand: Python 3.11 or later, pip, make.

VENV := .venv
BIN := $(VENV)/bin
ARGS :=

# The first interpreter that is new enough; give another as PYTHON=…, and .venv is
# made anew with it.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$name; break; }; done)

STAMP := $(VENV)/.installed-$(subst /,-,$(PYTHON))

.DEFAULT_GOAL := help
.PHONY: help report build test pythons lab lint docs browser

help:  ## 列出全部目标 · list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

report: $(STAMP) browser  ## 读入计划，生成报告 · read the plans, write reports/latest/index.html
	@$(BIN)/govopen report $(ARGS)

build: $(STAMP)  ## 只写数据表 · write data/processed only
	@$(BIN)/govopen build $(ARGS)

test: $(STAMP)  ## 运行测试 · run the tests
	@$(BIN)/python -m compileall -q govopen_analytics
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

pythons:  ## 在本机各个受支持的 Python 上安装并试用 · install and try on each Python here
	@$(PYTHON) tests/install/check.py

lab: $(STAMP)  ## 打开 JupyterLab（LANG_=en 为英文）· open JupyterLab (LANG_=en in English)
	@$(BIN)/govopen build
	@$(BIN)/govopen lab $(if $(LANG_),--lang $(LANG_)) $(ARGS)

lint: $(STAMP)  ## 检查代码风格与类型 · check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

docs: $(STAMP)  ## 生成文档网站 · write the documents as a site, docs/_build/index.html
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	@$(BIN)/sphinx-build -W -q -b html docs docs/_build

# Where venv comes without pip (Debian without python3-venv), the interpreter's own
# pip installs into the environment from outside.
$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or later was not found; install it or give PYTHON=/path/to/python"; \
		exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv --clear $(VENV) && \
		$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'; \
	else \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet \
			--constraint constraints.txt --editable '.[test]'; \
	fi
	@touch $@

# Pictures are drawn by an installed browser. Root on Debian gets one; elsewhere the
# report is made without pictures and says how to get them.
browser:
	@found=; \
	for name in chromium chromium-browser google-chrome google-chrome-stable \
		microsoft-edge microsoft-edge-stable; do \
		command -v $$name >/dev/null 2>&1 && found=$$name; done; \
	{ test -n "$$BROWSER_PATH" || test -n "$$found"; } && \
		fc-list :lang=zh 2>/dev/null | grep -q . && exit 0; \
	if test "$$(id -u)" = 0 && grep -qs '^ID=debian' /etc/os-release; then \
		echo "安装浏览器与中文字体 · installing chromium and fonts-noto-cjk"; \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes \
			--no-install-recommends chromium fonts-noto-cjk; } >/dev/null 2>&1 \
		|| echo "apt-get install chromium fonts-noto-cjk did not succeed"; \
	fi
