"""The command; its workers import the runner by its name, which they could not do with this module."""

from tools.experiments.runner import main

raise SystemExit(main())
