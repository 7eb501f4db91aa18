# Each target runs a script of scripts/ or bench/. `make help` lists the targets.
PORT ?= 8080
MINUTES ?= 10
FILES ?= core
TARGETS ?= render edit bundle values link keys

.DEFAULT_GOAL := help
.PHONY: help run page js docs test check bless fuzz mutants generate chaos bench soak profile size pictures dist reproduce

help: ## List all targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: page ## Build the editor, serve it on this machine and print its address (PORT=8080).
	@node scripts/serve.mjs dist $(PORT)

page: ## Build the editor into dist/.
	@scripts/build-page.sh

js: ## Build the JavaScript package into target/js/.
	@scripts/build-js.sh

docs: ## Build the documentation into target/book/.
	@scripts/build-docs.sh

test: ## Install everything that is missing, then run all linters and tests.
	@scripts/test.sh

check: ## Run all linters.
	@scripts/check.sh

bless: ## Rewrite the snapshots and generated files that tests compare with.
	@scripts/bless.sh

fuzz: ## Fuzz the core with random input (MINUTES=10 per target, TARGETS="render edit").
	@scripts/fuzz.sh $(MINUTES) "$(TARGETS)"

mutants: ## Change the code, and list the changes that no test notices (MINUTES=10, FILES=, SHARD=).
	@scripts/mutants.sh $(MINUTES) "$(FILES)" $(SHARD)

generate: ## Generate service files, and send what is accepted to an API server (MINUTES=10, SEED=).
	@scripts/generate.sh $(MINUTES) $(SEED)

chaos: ## Apply with random faults, and check what must always be true (MINUTES=10, SEED=).
	@scripts/chaos.sh $(MINUTES) $(SEED)

bench: ## Measure speed and size, and compare them with other tools.
	@bench/run.sh

soak: page ## Type ten thousand keys into the editor and watch its memory.
	@scripts/setup-browser.sh && node bench/soak.mjs

profile: ## Count the instructions of the hot paths with valgrind.
	@bench/profile.sh

size: page ## Print the size of each file of the editor.
	@node scripts/size.mjs

pictures: page ## Take the screenshots of the documentation.
	@scripts/setup-browser.sh && node bench/screenshots.mjs

dist: ## Build the files of a release into target/dist/.
	@scripts/dist.sh

reproduce: ## Build the editor twice, in two folders, and compare the bytes.
	@scripts/reproduce.sh
