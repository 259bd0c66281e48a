"""Every threshold of the choices, one file per family, each with its origin."""
