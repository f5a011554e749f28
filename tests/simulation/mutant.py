"""A bug as one change to one file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """Where `old` stands, once, `new` stands instead."""

    name: str
    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The file with the bug in it. Raises ValueError where the code is not what it was."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: its old text is {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)


def mutant(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(name=name, file=f"consumer/{file}", old=old, new=new)
