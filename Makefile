# What there is to do with the project; `make help` lists it. The work is done by scripts/.
PORT ?= 8080
MINUTES ?= 10
TARGETS ?= render edit bundle values link keys

.DEFAULT_GOAL := help
.PHONY: help run page js test bench fuzz check bless size soak profile dist reproduce

help: ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: page ## build what is needed, serve the editor and print its address (PORT=8080)
	@node scripts/serve.mjs dist $(PORT)

page: ## build the page into dist/
	@scripts/build-page.sh

js: ## build the JavaScript package into target/js/
	@scripts/build-js.sh

test: ## every test, with all the set-up it needs
	@scripts/test.sh

bench: ## measure, beside peers in the same run
	@bench/run.sh

fuzz: ## feed the core with bytes nobody writes (MINUTES=10 a target of TARGETS)
	@scripts/fuzz.sh $(MINUTES) "$(TARGETS)"

check: ## format, lints, dependency rules, licences
	@scripts/check.sh

bless: ## rewrite the generated files and snapshots that tests compare
	@scripts/bless.sh

size: page ## print what the page weighs
	@node scripts/size.mjs

soak: page ## type ten thousand keys into the page and watch its memory
	@scripts/setup-browser.sh && node bench/soak.mjs

profile: ## count where the instructions of the hot paths go, with valgrind
	@bench/profile.sh

dist: ## make what is released into target/dist/
	@scripts/dist.sh

reproduce: ## build the page twice, in two places, and compare the bytes
	@scripts/reproduce.sh
