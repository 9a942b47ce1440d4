"""report - what a scenario found: claims, figures, and where its captures are

A claim that fails fails its scenario, but the scenario goes on: one run then
tells of everything that is wrong. Figures are printed as they are found:

    figure NAME VALUE UNIT

A figure with a limit is a claim as well.
"""


class Report:
    def __init__(self, name):
        self.name, self.failures, self.figures = name, [], {}

    def claim(self, true, what):
        """State a fact; returns it."""
        print(f"  {'ok  ' if true else 'FAIL'} {what}", flush=True)
        if not true:
            self.failures.append(what)
        return bool(true)

    def equal(self, found, expected, what):
        return self.claim(found == expected,
                          what if found == expected else f"{what}: {found!r}, not {expected!r}")

    def figure(self, name, value, unit, limit=None):
        """Print a figure; above its limit it is a failure."""
        self.figures[name] = value
        shown = f"{value:.1f}" if isinstance(value, float) else str(value)
        print(f"figure {name} {shown} {unit}", flush=True)
        if limit is not None and value > limit:
            self.claim(False, f"{name} is {shown} {unit}, the limit is {limit}")

    def note(self, text):
        print(f"       {text}", flush=True)
