# `make help` lists what there is. Everything is done by deploy/bootstrap (Python, standard library).
BOOTSTRAP := /usr/bin/python3 -m deploy.bootstrap

.DEFAULT_GOAL := help
.PHONY: catalogues help up down reset test lint soak services services-stop manage bench-up bench-frames bench-fusion bench-fusion-service bench-detect bench-drive bench-privacy bench-api bench-api-access bench-first-answer bench-webhooks bench-billing bench-tiles bench-tiles-serving bench-tiles-live bench-tiles-peers train train-clean evaluate bench-web

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

up: ## install what is missing, start everything, feed the demo; Ctrl-C stops it
	@$(BOOTSTRAP) up

down: ## stop a stack that runs elsewhere
	@$(BOOTSTRAP) down

reset: ## forget all state (database, frames, secrets, logs); what was installed, fetched, trained or measured stays
	@$(BOOTSTRAP) reset

test: ## everything that is needed, then lint, then all tests (PYTEST_ARGS="-k name" passes through)
	@$(BOOTSTRAP) test

lint: ## format, lint, types, layers, migrations, deployment checks, frontend types
	@$(BOOTSTRAP) lint

soak: ## the long tests
	@$(BOOTSTRAP) soak

catalogues: ## take new texts of the pages into the catalogues of the languages, and compile them
	@.venv/bin/python -m deploy.catalogues

services: ## what tests and benchmarks need, and PostGIS and Redis for them in the background: eval "$(make -s services)"; pytest …
	@$(BOOTSTRAP) services

services-stop: ## stop them
	@$(BOOTSTRAP) services-stop

manage: ## a management command in the running stack: make manage ARGS="showmigrations"
	@$(BOOTSTRAP) run -- python manage.py $(ARGS)

bench-up: ## measure a fresh `make up`, a second one, and the disk they use
	@$(BOOTSTRAP) bench-up

bench-frames: ## measure how long a frame takes to become a hazard in a tile
	@eval "$$($(BOOTSTRAP) services)" && .venv/bin/python -m tests.bench.frame_to_tile

bench-fusion: ## how right the map is: the fixed scenario, all seeds (an hour of one core, taken up if stopped; BENCH_ARGS="--days 4 --blocks 12" is short)
	@nice -n 19 .venv/bin/python -m tests.bench.fusion $(BENCH_ARGS)

bench-fusion-service: ## how fast frames become the map in PostGIS, with 10^4 and 10^6 hazards on it (minutes)
	@eval "$$($(BOOTSTRAP) services)" && nice -n 10 .venv/bin/python -m tests.bench.fusion_service

bench-drive: ## what the map has of rendered drives, over the whole site (BENCH_ARGS="--seeds 1" is short)
	@eval "$$($(BOOTSTRAP) services)" && nice -n 10 .venv/bin/python -m tests.bench.drive $(BENCH_ARGS)

bench-detect: ## how fast the detector is, against a plain loop and its bare models (BENCH_ARGS="--rounds 2" is short)
	@.venv/bin/python -m tests.bench.detect $(BENCH_ARGS)

bench-tiles: ## how fast tiles are built and kept true, beside ST_AsMVT (BENCH_ARGS="--hazards 50000" is short; "--keep --part read", then refresh, year: one map, part by part)
	@eval "$$($(BOOTSTRAP) services)" && nice -n 10 .venv/bin/python -m tests.bench.tiles $(BENCH_ARGS)

bench-billing: ## how long invoices take, what metering costs, how far caps are passed, what 55 kills lose (short: MONTH_ARGS="--answers 1000000 --hour 10000 --customers 4" BENCH_ARGS="--kills 5")
	@eval "$$($(BOOTSTRAP) services)" && nice -n 10 .venv/bin/python -m tests.bench.billing $(MONTH_ARGS)
	@eval "$$($(BOOTSTRAP) services)" && nice -n 10 .venv/bin/python -m tests.bench.billing_faults $(BENCH_ARGS)

bench-privacy: ## how many labelled faces and plates are blurred (needs the folder of real pictures)
	@nice -n 10 .venv/bin/python -m tests.bench.privacy --write

bench-webhooks: ## how long a change of the map takes to reach a receiver
	@eval "$$($(BOOTSTRAP) services)" && .venv/bin/python -m tests.bench.webhooks $(BENCH_ARGS)

bench-api: ## how fast buyers get answers, with 10^6 hazards on the map (BENCH_ARGS="--hazards 100000" is short)
	@eval "$$($(BOOTSTRAP) services)" && .venv/bin/python -m tests.bench.api $(BENCH_ARGS)

bench-api-access: ## how many addresses the authorisation matrix covers, all of them asked for
	@eval "$$($(BOOTSTRAP) services)" && .venv/bin/python -m tests.bench.api_access $(BENCH_ARGS)

bench-first-answer: ## steps and minutes from no account to the first answer, by a browser at the speed of a person (4 minutes)
	@eval "$$($(BOOTSTRAP) services)" && .venv/bin/python -m tests.bench.first_answer $(BENCH_ARGS)

bench-tiles-serving: ## how fast built tiles leave, beside plain files of nginx, and what an idle listener costs
	@eval "$$($(BOOTSTRAP) services)" && .venv/bin/python -m tests.bench.tiles_serving --write $(BENCH_ARGS)

bench-tiles-live: ## how long from a change until tiles of every zoom show it, under load (BENCH_ARGS="--changes 20 --requests 60 --seconds 20" is light)
	@eval "$$($(BOOTSTRAP) services)" && nice -n 10 .venv/bin/python -m tests.bench.tiles_live --write $(BENCH_ARGS)

bench-tiles-peers: ## tiles that nobody has built yet, beside tipg and django-vectortiles, which it installs under var/peers
	@eval "$$($(BOOTSTRAP) services)" && nice -n 10 .venv/bin/python -m tests.bench.tiles_peers --write $(BENCH_ARGS)

bench-web: ## how large and fast the map page is, what axe and Lighthouse find on all pages (minutes)
	@eval "$$($(BOOTSTRAP) services)" && nice -n 5 .venv/bin/python -m tests.bench.web && \
	  nice -n 5 .venv/bin/python -m tests.bench.web.accessibility && \
	  nice -n 5 .venv/bin/python -m tests.bench.web.lighthouse

DATA ?= ../shared/data
TRAIN = .venv/bin/python -m detection.train --data $(DATA)
DRAW = .venv/bin/python -m detection.drawn --backgrounds $(DATA) --processes 2
SET_3 = --count 2500
SET_4 = --count 2000
SET_5 = --count 900 --lone 1
SET_6 = --count 250 --lone 0.3
SET_7 = --count 900 --lone 1
SET_8 = --count 2200
SET_9 = --count 700 --lone 1
SET_10 = --count 2200
SET_11 = --count 900 --lone 1
SET_15 = --count 800
SET_16 = --count 1800 --lone 1
var/train/sets/%/drawn/data.yaml:
	@$(DRAW) --out $(@D) --seed $* $(SET_$*)

var/train/clean_sets/%/drawn/data.yaml:
	@$(DRAW) --clean --out $(@D) --seed $* $(SET_$*)

sets = $(patsubst %,var/train/sets/%/drawn/data.yaml,$(1))
train: $(call sets,3 4 5 6 7 8 9 10 11 15 16) ## draw pictures, train the road network in seven rounds, measure and release it (hours on a CPU; a killed run goes on)
	@$(TRAIN) var/train/sets/[345] --recipe detection/train/round_one.toml --out var/train/round_one $(TRAIN_ARGS)
	@$(TRAIN) var/train/sets/[67] --recipe detection/train/round_two.toml --out var/train/round_two $(TRAIN_ARGS)
	@.venv/bin/python -m detection.train.average var/train/round_one/road.pt var/train/round_two/road.pt --out var/train/middle.pt
	@$(TRAIN) var/train/sets/[89] --recipe detection/train/round_three.toml --out var/train/round_three $(TRAIN_ARGS)
	@.venv/bin/python -m detection.train.average var/train/middle.pt var/train/round_three/road.pt --out var/train/three.pt
	@$(TRAIN) var/train/sets/[89] --recipe detection/train/round_four.toml --out var/train/round_four $(TRAIN_ARGS)
	@$(TRAIN) var/train/sets/[89] --recipe detection/train/round_five.toml --out var/train/round_five $(TRAIN_ARGS)
	@.venv/bin/python -m detection.train.average var/train/three.pt var/train/round_five/road.pt --share 0.25 --out var/train/five.pt
	@$(TRAIN) var/train/sets/1[01] --recipe detection/train/round_six.toml --out var/train/round_six $(TRAIN_ARGS)
	@.venv/bin/python -m detection.train.average var/train/five.pt var/train/round_six/road.pt --share 0.25 --out var/train/six.pt
	@$(TRAIN) var/train/sets/1[01] --recipe detection/train/round_seven.toml --out var/train/round_seven $(TRAIN_ARGS)
	@.venv/bin/python -m detection.train.average var/train/six.pt var/train/round_seven/road.pt --out var/train/seven.pt
	@.venv/bin/python -m detection.train.naming var/train/seven.pt --data $(DATA) var/train/sets/15 var/train/sets/16 --out var/train/road.pt
	@$(MAKE) evaluate WEIGHTS=var/train/road.pt

train-clean: var/train/clean_sets/8/drawn/data.yaml var/train/clean_sets/9/drawn/data.yaml ## the first round without sources of doubtful licence; the model card compares with it from then on
	@$(TRAIN) var/train/clean_sets/[89] --clean --recipe detection/train/round_one.toml --out var/train/clean $(TRAIN_ARGS)

SEEN = $(wildcard $(DATA)/*/images/train var/train/sets/1[01]/drawn/images/train)
RANGES = $(if $(SEEN),.venv/bin/python -m detection.ranges --manifest detection/weights/manifest.toml --pictures $(SEEN))
WEIGHTS ?= detection/weights/road.pt
VERSION ?= $(shell sed -n '/^\# --- road/,$$s/^version = "\(.*\)"/\1/p' detection/weights/manifest.toml)
evaluate: ## measure WEIGHTS (by default those shipped, with their thresholds), write the model card and the benchmark, release them
	@test -e var/train/drawn_held_back/data.yaml || $(DRAW) --out var/train/drawn_held_back --seed 3 --count 300 --part held_back
	@.venv/bin/python -m detection.evaluate --data $(DATA) --weights $(WEIGHTS) \
	  --beside detection/weights/yolo26n.pt --drawn var/train/drawn_held_back/data.yaml --drives 4 --recipe docs/training.md \
	  --recall-before detection/weights/recall.json --model-version yolo26n-coco-1+road-$(VERSION) \
	  $(addprefix --compare ,$(wildcard var/train/clean/road.pt)) --publish \
	  $(if $(filter detection/weights/road.pt,$(WEIGHTS)),--released-in detection/weights/manifest.toml) $(EVALUATE_ARGS)
	@.venv/bin/python -m tests.bench.accuracy var/evaluate/report
	@.venv/bin/python -m detection.release --weights $(WEIGHTS) --version $(VERSION) \
	  --measured var/evaluate/report
	@$(if $(filter detection/weights/road.pt,$(WEIGHTS)),,$(RANGES))
