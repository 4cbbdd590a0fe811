"""Why a noun may name nothing that can be seen: a file for each kind of reason; `finder` asks them all."""
