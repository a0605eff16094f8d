# The commands for the cluster; the Makefile at the top includes this.

images: ## Build every image: make images [PREBUILT=build/release/bin]
	@k8s/cluster images

sbom: ## List what is in each image, in build/sbom (needs syft)
	@tools/sbom

up: ## Put the site on a kind cluster on this machine, and print where it is
	@k8s/cluster up

down: ## Delete that cluster
	@k8s/cluster down

charts: ## Check the charts: lint, and what they render (needs helm)
	@tools/install
	@$(PYTHON) -m pytest -q -p no:cacheprovider tests/charts

values: ## Write the tables of the charts' values anew, from their comments and schemas
	@tools/install build
	@tools/chart_values.py

e2e: charts ## Check the charts, then prove the site on a kind cluster of its own: make e2e [KEEP=1]
	@tools/build release
	@tests/e2e/run

.PHONY: images sbom up down charts values e2e
