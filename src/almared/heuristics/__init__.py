"""Pure choices: a value, its reason and the evidence for it, from the facts of an execution block only."""
