"""Random Keras programs that train, as source text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.generate import training_catalogue as catalogue
from tests.generate.training_pen import Pen
from tests.generate.writer import INDENT

#: How the imports are written: the lines, and what `keras.` and `layers.` become.
STYLES = {
    "keras": (
        "from tensorflow import keras\nfrom tensorflow.keras import layers",
        "keras.",
        "layers.",
    ),
    "tf": ("import tensorflow as tf", "tf.keras.", "tf.keras.layers."),
    "alone": ("import keras\nfrom keras import layers", "keras.", "layers."),
    "names": ("from tensorflow import keras\nfrom tensorflow.keras.layers import {}", "keras.", ""),
    "star": ("from tensorflow import keras\nfrom tensorflow.keras.layers import *", "keras.", ""),
}


@dataclass(frozen=True)
class Drawn:
    """One program, how it is to be converted, and the names of the numbers that it leaves."""

    text: str
    generation: str
    exact: bool
    results: tuple[str, ...] | None  #: None: all that both programs hold
    made: frozenset[tuple[str, int, int]] = frozenset()
    origin: str = ""  #: what it was made of, and how

    def __repr__(self) -> str:
        how = " --exact" if self.exact else ""
        origin = f" of {self.origin}" if self.origin else ""
        return f"# Keras {self.generation}{how}{origin}\n{self.text}"


def training_program(choose: Callable[[int], int]) -> Drawn:
    """A program by choices between so many possibilities each."""
    generation = "32"[choose(6) // 5]
    pen = Pen(choose, generation)
    exact = not pen.maybe("not exact", 3)
    text = _Script(pen).text()
    return Drawn(text, generation, exact, tuple(dict.fromkeys(pen.results)), frozenset(pen.made))


@dataclass
class Input:
    """One input of the model."""

    name: str
    kind: str
    trunk: tuple[str, ...]


@dataclass
class Output:
    """One output of the model."""

    name: str
    task: str

    @property
    def about(self) -> catalogue.Task:
        return catalogue.TASKS[self.task]


class _Script:
    """One program, section by section."""

    def __init__(self, pen: Pen) -> None:
        self.pen = pen
        several = pen.maybe("several inputs", 7)
        kinds = list(catalogue.INPUTS)
        self.inputs: list[Input] = []
        for number in range(2 if several else 1):
            kind = pen.one("input", ("rows", "rows", *kinds))
            trunks = catalogue.TRUNKS["rows" if kind in ("narrow", "large") else kind]
            name = "x" if not several else ("first", "second")[number]
            self.inputs.append(Input(name, kind, pen.one(f"{kind} trunk", trunks)))
        tasks = tuple(catalogue.TASKS)
        two = pen.maybe("several outputs", 8)
        self.outputs = [Output("y", pen.one("task", tasks))]
        if two:
            self.outputs = [
                Output("near", self.outputs[0].task),
                Output("far", pen.one("task", tasks)),
            ]
        self.metrics: list[tuple[str, str]] = []
        self.validated = False
        self.dicts = False
        self.data = "arrays"
        self.shape = pen.one(
            "shape", ("script", "script", "builder", "builder", "main", "trainer", "class", "loop")
        )
        self.fits = 0

    def text(self) -> str:
        pen = self.pen
        self._data()
        before = pen.lines
        pen.lines = []
        self._model()
        model, pen.lines = pen.lines, []
        self._compile()
        compiled, pen.lines = pen.lines, []
        self._fit()
        fitted, pen.lines = pen.lines, []
        self._after()
        after, pen.lines = pen.lines, []
        body = _shaped(pen, self.shape, before, model, compiled, fitted, after)
        return self._whole(body)

    def _whole(self, body: str) -> str:
        pen = self.pen
        constants = [f"{name} = {value}" for name, value in pen.constants.items()]
        constants += [f"{name} = []" for name in sorted(pen.lists)]
        pen.results += sorted(pen.lists)
        text = "\n".join([*constants, "", "", *pen.definitions, body])
        head, for_keras, for_layers = self._style()
        names = sorted(set(re.findall(r"\blayers\.(\w+)", text)))
        text = re.sub(r"(?<![.\w])layers\.", for_layers, text)
        text = re.sub(r"(?<![.\w])keras\.(?!layers)", for_keras, text)
        text = re.sub(r"(?<![.\w])keras\.layers\.", f"{for_keras}layers.", text)
        head = head.format(", ".join(names))
        if re.search(r"(?<![.\w])tf\.", text) and "import tensorflow as tf" not in head:
            head = f"import tensorflow as tf\n{head}"
        return f"import numpy as np\n{head}\n\n{text}\n"

    def _style(self) -> tuple[str, str, str]:
        styles = [s for s in STYLES if s != "alone" or self.pen.generation == "3"]
        return STYLES[self.pen.one("imports", styles)]

    # data -------------------------------------------------------------------------------------

    def _data(self) -> None:
        pen = self.pen
        pen.write("rng = np.random.default_rng(0)")
        count = pen.one("count", ("48", "50", "37"))
        form = pen.one("made by", ("lines", "lines", "function"))
        values = [catalogue.INPUTS[i.kind][0] for i in self.inputs]
        values += [o.about.targets for o in self.outputs]
        names = [*(i.name for i in self.inputs), *(o.name for o in self.outputs)]
        self.held_out = pen.maybe("validation data", 2)
        if form == "function":
            returned = ", ".join(values)
            pen.definitions.append(f"def load(rng, count):\n{INDENT}return {returned}\n")
            pen.write(f"count = {count}\n{', '.join(names)} = load(rng, count)")
            if self.held_out:
                pen.write(f"{', '.join(f'{n}_val' for n in names)} = load(rng, 20)")
            return
        pen.write(f"count = {count}")
        for name, value in zip(names, values, strict=True):
            pen.write(f"{name} = {value}")
        if self.held_out:
            if pen.maybe("validation data by slices", 2):
                for name in names:
                    pen.write(f"{name}, {name}_val = {name}[:30], {name}[30:]")
                pen.write("count = 30")
            else:
                pen.write("count = 20")
                for name, value in zip(names, values, strict=True):
                    pen.write(f"{name}_val = {value}")
                pen.write(f"count = {count}")

    def x(self, suffix: str = "") -> str:
        """The inputs of the model as `fit` gets them."""
        names = [f"{i.name}{suffix}" for i in self.inputs]
        if self.dicts:
            return "{" + ", ".join(f'"{i.name}": {i.name}{suffix}' for i in self.inputs) + "}"
        return names[0] if len(names) == 1 else f"[{', '.join(names)}]"

    def y(self, suffix: str = "") -> str:
        names = [f"{o.name}{suffix}" for o in self.outputs]
        if len(names) > 1 and self.pen.maybe("targets in a dict", 3):
            return "{" + ", ".join(f'"{o.name}": {o.name}{suffix}' for o in self.outputs) + "}"
        return names[0] if len(names) == 1 else f"[{', '.join(names)}]"

    # model ------------------------------------------------------------------------------------

    def _layer(self, text: str) -> str:
        text = text.replace("{units}", "units" if self.shape != "script" else "6")
        text = re.sub(r"^(TimeDistributed|Bidirectional)\((\w+)", r"\1(layers.\2", text)
        return f"layers.{text}"

    def _last(self, output: Output) -> str:
        ending = self.pen.one(f"{output.task} ending", output.about.endings)
        more = self.pen.one(
            "last layer", ("", "", "", ", use_bias=False", ", kernel_regularizer='l2'")
        )
        name = f', name="{output.name}"' if len(self.outputs) > 1 else ""
        return f"layers.Dense({output.about.units}{', ' + ending if ending else ''}{more}{name})"

    def _model(self) -> None:
        pen = self.pen
        plain = len(self.inputs) == 1 and len(self.outputs) == 1
        form = pen.one("model", ("list", "functional", "add")) if plain else "functional"
        if form == "functional":
            self._functional()
            return
        shape = catalogue.INPUTS[self.inputs[0].kind][1]
        layers = [self._layer(t) for t in self.inputs[0].trunk]
        opening = pen.one(
            "input shape", (f"layers.Input({shape})", f"keras.Input(shape={shape})", "")
        )
        if not opening:
            joint = "" if layers[0].endswith("()") else ", "
            layers[0] = f"{layers[0][:-1]}{joint}input_shape={shape})"
        listed = [*([opening] if opening else []), *layers, self._last(self.outputs[0])]
        if form == "list":
            inside = "".join(f"{INDENT}{layer},\n" for layer in listed)
            pen.write(f"model = keras.Sequential([\n{inside}])")
        else:
            pen.write("model = keras.Sequential()")
            for layer in listed:
                pen.write(f"model.add({layer})")

    def _functional(self) -> None:
        pen = self.pen
        ends = []
        named = len(self.inputs) > 1
        for one in self.inputs:
            shape = catalogue.INPUTS[one.kind][1]
            name = f', name="{one.name}"' if named else ""
            inputs = f"{one.name}_input"
            pen.write(f"{inputs} = keras.Input({shape}{name})")
            h, before = f"h_{one.name}" if named else "h", inputs
            for layer in one.trunk:
                pen.write(f"{h} = {self._layer(layer)}({before})")
                before = h
            ends.append(before)
        if len(ends) > 1:
            joined = pen.one("joined", ("layers.Concatenate()([{}])", "layers.concatenate([{}])"))
            pen.write(f"h = {joined.format(', '.join(ends))}")
        made = []
        for output in self.outputs:
            variable = f"{output.name}_output"
            pen.write(f"{variable} = {self._last(output)}(h)")
            made.append(variable)
        given = [f"{i.name}_input" for i in self.inputs]
        x = given[0] if len(given) == 1 else f"[{', '.join(given)}]"
        y = made[0] if len(made) == 1 else f"[{', '.join(made)}]"
        pen.write(f"model = keras.Model({x}, {y})")

    # compile ----------------------------------------------------------------------------------

    def _compile(self) -> None:
        pen = self.pen
        optimizer = self._optimizer()
        losses = [pen.one(f"{o.task} loss", o.about.losses) for o in self.outputs]
        metrics = [self._metrics(o) for o in self.outputs]
        arguments = [
            ("optimizer", optimizer),
            ("loss", self._by_output("losses", losses)),
            ("metrics", self._metric_lists(metrics)),
        ]
        if len(self.outputs) > 1 and pen.maybe("loss weights", 2):
            arguments.append(("loss_weights", self._by_output("loss weights", ["1.0", "0.25"])))
        elif pen.maybe("loss weight of one", 30):
            arguments.append(("loss_weights", pen.one("one weight", ("[0.5]", "0.5", "None"))))
        if pen.maybe("for speed", 12):
            arguments.append((pen.one("speed", ("run_eagerly", "jit_compile")), "False"))
        if pen.maybe("weighted metrics", 25):
            arguments.append(("weighted_metrics", pen.one("weighted", ("[]", '["mae"]', "None"))))
        pen.write(pen.call("model.compile", arguments, "compile"))
        keys = ["loss", *(key for _, key in self.metrics)]
        self.keys = keys

    def _by_output(self, name: str, texts: Sequence[str]) -> str:
        if len(texts) == 1:
            return texts[0]
        if self.pen.one(name, ("list", "dict")) == "list":
            return f"[{', '.join(texts)}]"
        pairs = zip(self.outputs, texts, strict=True)
        return "{" + ", ".join(f'"{o.name}": {t}' for o, t in pairs) + "}"

    def _metrics(self, output: Output) -> list[str]:
        pen = self.pen
        found: dict[str, str] = {}
        for _ in range(pen.one("number of metrics", (0, 1, 1, 2))):
            text, key = pen.one(f"{output.task} metric", output.about.metrics)
            found.setdefault(key, text)
        if len(self.outputs) == 1:
            self.metrics += [(t, k) for k, t in found.items()]
        return list(found.values())

    def _metric_lists(self, metrics: list[list[str]]) -> str:
        pen = self.pen
        if not any(metrics):
            return ""
        if len(metrics) == 1:
            listed = ", ".join(metrics[0])
            if (
                len(metrics[0]) == 1
                and metrics[0][0].startswith('"')
                and pen.maybe("a metric alone", 12)
            ):
                return metrics[0][0]
            return pen.one("metrics in", ("[{}]", "[{}]", "({},)")).format(listed)
        pairs = list(zip(self.outputs, metrics, strict=True))
        if pen.one("metrics by", ("dict", "list")) == "dict":
            entries = [f'"{o.name}": [{", ".join(m)}]' for o, m in pairs if m]
            return "{" + ", ".join(entries) + "}"
        return f"[{', '.join(f'[{chr(44).join(m)}]' for m in metrics)}]"

    def _optimizer(self) -> str:
        pen = self.pen
        text = pen.one("optimizer", catalogue.OPTIMIZERS)
        if text.startswith('"') or ".get(" in text:
            return text
        if pen.maybe("more for the optimizer", 5):
            more = pen.one("more", catalogue.CLIPPING)
            text = f"{text[:-1]}{'' if text.endswith('()') else ', '}{more})"
        if pen.maybe("optimizer in a variable", 3):
            name = pen.one("optimizer variable", ("optimizer", "opt"))
            pen.write(f"{name} = {text}")
            return name
        return text

    # fit --------------------------------------------------------------------------------------

    def _fit(self) -> None:
        pen = self.pen
        plain = len(self.inputs) == 1 and len(self.outputs) == 1
        kinds = ("arrays", "arrays", "arrays", "tf.data", "generator", "class")
        self.data = pen.one("data", kinds) if plain else "arrays"
        self.dicts = len(self.inputs) > 1 and pen.maybe("inputs in a dict", 3)
        self.epochs = pen.one("epochs", catalogue.FLAVORS["epochs"])
        arguments = {"arrays": self._arrays, "tf.data": self._tf_data}.get(
            self.data, self._batches
        )()
        arguments.append(("epochs", self.epochs))
        if pen.maybe("initial epoch", 12):
            arguments.append(("initial_epoch", "1"))
        if self.validated and pen.maybe("validation frequency", 10):
            arguments.append(("validation_freq", pen.one("frequency", ("2", "1", "3", "[1, 3]"))))
        callbacks = self._callbacks()
        arguments.append(("callbacks", callbacks))
        arguments.append(("verbose", pen.one("verbose", catalogue.FLAVORS["verbose"])))
        keeps = pen.one("history", ("history", "history", "hist", "losses", ""))
        call = pen.call("model.fit", [a for a in arguments if a[1]], "fit")
        if keeps == "losses":
            pen.write(f'losses = {call}.history["loss"]')
            pen.results.append("losses")
        elif keeps:
            pen.write(f"{keeps} = {call}")
            pen.results.append(keeps)
            self._look_at(keeps)
        else:
            pen.write(call)

    def _look_at(self, history: str) -> None:
        pen = self.pen
        uses = (
            f"print({history}.history)",
            f'final = {history}.history["loss"][-1]',
            f"epochs_run = len({history}.epoch)",
            f'curve = np.array({history}.history["loss"])',
            f'lowest = min({history}.history["KEY"])',
            f"values = {history}.history\nfirst_loss = values['loss'][0]",
            f"for key in {history}.history:\n{INDENT}print(key)",
            f"number_of_keys = len({history}.history.keys())",
            f'best_epoch = int(np.argmin({history}.history["KEY"])) + 1',
            f"if 'KEY' in {history}.history:\n{INDENT}kept = {history}.history['KEY']",
        )
        text = pen.one("looks at", uses).replace("KEY", pen.one("key", self._known()))
        pen.write(text)
        pen.results += re.findall(r"^ *(\w+) = ", text, re.MULTILINE)
        pen.results = [r for r in pen.results if r != "values"]

    def _known(self) -> list[str]:
        return ["loss", *([f"val_{key}" for key in self.keys] if self.validated else [])]

    def _arrays(self) -> list[tuple[str, str]]:
        pen = self.pen
        found = [("x", self.x()), ("y", self.y())]
        if not pen.maybe("batch size by default", 4):
            found.append(("batch_size", pen.one("batch size", catalogue.FLAVORS["size"])))
        if self.held_out and not pen.maybe("validation data not used", 5):
            parts = f"{self.x('_val')}, {self.y('_val')}"
            form = pen.one("validation pair", ("({})", "({})", "[{}]", "variable"))
            if form == "variable":
                pen.write(f"validation = ({parts})")
            found.append(
                ("validation_data", "validation" if form == "variable" else form.format(parts))
            )
            self.validated = True
            if pen.maybe("validation batch size", 8):
                found.append(("validation_batch_size", pen.one("val size", ("7", "64", "None"))))
        elif not self.held_out and pen.maybe("validation split", 2):
            found.append(("validation_split", pen.one("split", catalogue.FLAVORS["split"])))
            self.validated = found[-1][1] != "0.0"
        if pen.maybe("shuffle", 3):
            found.append(("shuffle", pen.one("shuffled", ("False", "True"))))
        found += self._weights()
        if pen.maybe("steps of arrays", 12):
            found.append(("steps_per_epoch", "2"))
        if self.validated and pen.maybe("validation steps of arrays", 12):
            found.append(("validation_steps", "2"))
        return found

    def _weights(self) -> list[tuple[str, str]]:
        pen = self.pen
        if len(self.outputs) > 1:
            return []
        if pen.maybe("sample weights", 10):
            form = pen.one(
                "weights",
                (
                    "np.linspace(0.5, 1.5, len({x}))",
                    "rng.uniform(0.0, 2.0, size=len({x}))",
                    "np.where(np.arange(len({x})) % 3 == 0, 2.0, 0.0)",
                ),
            )
            pen.write(f"weights = {form.format(x=self.inputs[0].name)}")
            return [("sample_weight", "weights")]
        if self.outputs[0].task in ("bits", "labels", "one-hot", "label column", "bit column") and (
            pen.maybe("class weights", 5)
        ):
            classes = (
                "{0: 1.0, 1: 2.5}"
                if self.outputs[0].about.units == 1
                else ("{0: 1.0, 1: 2.5, 2: 0.5}")
            )
            return [("class_weight", classes)]
        return []

    def _tf_data(self) -> list[tuple[str, str]]:
        pen = self.pen
        self._tensors("train_data", "", pen.one("pipeline", catalogue.PIPELINES))
        found = [("x", "train_data")]
        if self.held_out:
            self._tensors("val_data", "_val", pen.one("val pipeline", catalogue.PIPELINES[:2]))
            found.append(("validation_data", "val_data"))
            self.validated = True
        if pen.maybe("steps of a pipeline", 8):
            found.append(("steps_per_epoch", "2"))
        if self.validated and pen.maybe("validation steps", 10):
            found.append(("validation_steps", "2"))
        return found

    def _tensors(self, name: str, suffix: str, pipeline: str) -> None:
        pen = self.pen
        size = pen.one("size of batches", catalogue.FLAVORS["size"])
        made = f"tf.data.Dataset.from_tensor_slices(({self.x(suffix)}, {self.y(suffix)}))"
        text = pipeline.replace("SIZE", size)
        if pen.maybe("pipeline in steps", 4):
            pen.write(f"{name} = {made}\n{name} = {name}{text}")
        else:
            pen.write(f"{name} = {made}{text}")

    def _batches(self) -> list[tuple[str, str]]:
        pen = self.pen
        size = pen.one("size of batches", ("8", "16", "7"))
        if self.data == "generator":
            pen.definitions.append(_GENERATOR)
            pen.write(f"train_batches = batches({self.x()}, {self.y()}, {size})")
            found = [("x", "train_batches")]
            found.append(("steps_per_epoch", pen.one("steps", ("3", f"len(x) // {size}"))))
            made = f"batches({self.x('_val')}, {self.y('_val')}, {size})"
            more = [("validation_data", made), ("validation_steps", "2")]
        else:
            base = "PyDataset" if self.pen.generation == "3" else "Sequence"
            pen.definitions.append(_CLASS.replace("BASE", base))
            pen.write(f"train_batches = Batches({self.x()}, {self.y()}, {size})")
            found = [("x", "train_batches")]
            more = [("validation_data", f"Batches({self.x('_val')}, {self.y('_val')}, {size})")]
            if pen.maybe("order of a class", 3):
                found.append(("shuffle", "False"))
        if self.held_out:
            self.validated = True
            found += more
        return found

    def _callbacks(self) -> str:
        pen = self.pen
        texts = [
            pen.one("callback", catalogue.CALLBACKS)
            for _ in range(pen.one("number of callbacks", (0, 0, 1, 1, 2)))
        ]
        if not texts:
            return ""
        known = self._known()
        texts = [t.replace("MONITOR", pen.one("monitor", known)) for t in texts]
        texts = [t for t in texts if self.validated or "monitor" in t or "EarlyStopping(p" not in t]
        listed = pen.completed(f"[{', '.join(texts)}]")
        form = pen.one("callbacks", ("list", "variable", "appended", "named"))
        if form == "variable":
            pen.write(f"callbacks = {listed}")
            return "callbacks"
        if form == "appended":
            pen.write("callbacks = []")
            for text in texts:
                pen.write(f"callbacks.append({text})")
            return "callbacks"
        if form == "named" and texts:
            pen.write(f"callback = {texts[0]}")
            return f"[{', '.join(['callback', *texts[1:]])}]"
        return listed

    # after ------------------------------------------------------------------------------------

    @property
    def _has_labels(self) -> bool:
        """Whether a target is the number of a class, which no other loss takes."""
        return any(output.task.startswith("label") for output in self.outputs)

    def _after(self) -> None:
        pen = self.pen
        suffix = "_val" if self.held_out else ""
        x, y = self.x(suffix), self.y(suffix)
        one = len(self.outputs) == 1
        for _ in range(pen.one("number of uses", (1, 1, 2, 3))):
            text = pen.one("use", USES).replace("X", x).replace("Y", y)
            if "compile" in text and (pen.maybe("compiled again", 2) or self._has_labels):
                continue
            if not one and ("prediction" in text or "on_batch" in text or "fit(" in text):
                continue
            if "fit(" in text and self.data != "arrays":
                continue
            pen.write(text.replace("NUMBER", "2"))
            pen.results += re.findall(r"^(\w+) = ", text, re.MULTILINE)


USES = (
    "score = model.evaluate(X, Y, verbose=0)",
    "prediction = model.predict(X, verbose=0)",
    "prediction = model.predict(X, batch_size=7)",
    "results = model.evaluate(X, Y, batch_size=7, verbose=0, return_dict=True)",
    "values = model(X)\nshown = np.array(values)",
    "second = model.fit(X, Y, epochs=2, batch_size=8, verbose=0)\nprint(second.history)",
    "second = model.fit(X, Y, epochs=3, initial_epoch=1, batch_size=8, verbose=0)\n"
    "print(second.history)",
    "step = model.train_on_batch(X, Y)",
    "tested = model.test_on_batch(X, Y)",
    "model.optimizer.learning_rate = 0.0625\n"
    "again = model.fit(X, Y, batch_size=8, verbose=0)\nlast_loss = again.history['loss']",
    'model.compile("sgd", "mse")\nafter = model.fit(X, Y, epochs=2, batch_size=8, verbose=0)\n'
    "print(after.history)",
    "model.layers[0].trainable = False\n"
    'model.compile(optimizer=keras.optimizers.SGD(0.125), loss="mse")\n'
    "frozen = model.fit(X, Y, epochs=2, batch_size=8, verbose=0)\nprint(frozen.history)",
    "total = sum(float(np.sum(w)) for w in model.get_weights())",
    "kept = model.get_weights()\nmodel.fit(X, Y, verbose=0)\nmodel.set_weights(kept)",
    "parameters = model.count_params()",
    "model.save_weights('w.weights.h5')\nmodel.fit(X, Y, verbose=0)\n"
    "model.load_weights('w.weights.h5')",
    "model.summary()",
    "classes = np.argmax(model.predict(X), axis=-1)",
    "rounded = (model.predict(X) > 0.5).astype('int32')",
    "for step in range(NUMBER):\n    model.fit(X, Y, batch_size=16, verbose=0)",
    "names = model.metrics_names\nprint(names)",
    "score = model.evaluate(X, Y)\nprint('loss:', score)",
)

_GENERATOR = """\
def batches(x, y, size):
    while True:
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]
"""
_CLASS = """\
class Batches(keras.utils.BASE):
    def __init__(self, x, y, size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return int(np.ceil(len(self.x) / self.size))

    def __getitem__(self, index):
        start = index * self.size
        return self.x[start : start + self.size], self.y[start : start + self.size]
"""


def _shaped(
    pen: Pen,
    shape: str,
    data: list[str],
    model: list[str],
    compiled: list[str],
    fitted: list[str],
    after: list[str],
) -> str:
    """The sections as a script, in functions, a class or a loop."""
    return {
        "script": _script,
        "builder": _builder,
        "main": _main,
        "trainer": _trainer,
        "class": _class,
        "loop": _loop,
    }[shape](pen, data, model, compiled, fitted, after)


Lines = list[str]


def _script(
    pen: Pen, data: Lines, model: Lines, compiled: Lines, fitted: Lines, after: Lines
) -> str:
    order = (model, data) if pen.maybe("model first", 5) else (data, model)
    return "\n".join([*order[0], *order[1], *compiled, *fitted, *after])


def _build(pen: Pen, model: Lines, compiled: Lines) -> tuple[str, Lines]:
    """A function that builds the model, and compiles it or not."""
    inside = pen.maybe("compiled by the builder", 2)
    lines = [*model, *(compiled if inside else ()), "return model"]
    head = pen.one("builder", ("def build_model(units=4):", "def make(units):"))
    return f"{head}\n{pen.block(lines)}\n\n", [] if inside else compiled


def _builder(
    pen: Pen, data: Lines, model: Lines, compiled: Lines, fitted: Lines, after: Lines
) -> str:
    function, rest = _build(pen, model, compiled)
    made = "model = build_model()" if "build_model" in function else "model = make(5)"
    return function + "\n".join([*data, made, *rest, *fitted, *after])


def _main(pen: Pen, data: Lines, model: Lines, compiled: Lines, fitted: Lines, after: Lines) -> str:
    function, rest = "", [*model, *compiled]
    units: Lines = ["units = 4"]
    if pen.maybe("main with a builder", 2):
        function, rest = _build(pen, model, compiled)
        made = "model = build_model()" if "build_model" in function else "model = make(5)"
        rest, units = [made, *rest], []
    lines = [*data, *units, *rest, *fitted, *after]
    results = ", ".join(dict.fromkeys(pen.results))
    guard = pen.one("main called", ("{}", 'if __name__ == "__main__":\n    {}'))
    if results:
        lines.append(f"return {results}")
    call = guard.format(f"{results} = main()" if results else "main()")
    return f"{function}def main():\n{pen.block(lines)}\n\n\n{call}"


def _trainer(
    pen: Pen, data: Lines, model: Lines, compiled: Lines, fitted: Lines, after: Lines
) -> str:
    """A function that trains the model that it gets."""
    function, rest = _build(pen, model, compiled)
    made = "model = build_model()" if "build_model" in function else "model = make(5)"
    names = ", ".join(_names(data))
    kept = [r for r in dict.fromkeys(pen.results) if any(f"{r} = " in line for line in fitted)]
    returned = [f"return {', '.join(kept)}"] if kept else []
    train = f"def train(model, {names}):\n{pen.block([*rest, *fitted, *returned])}\n\n\n"
    call = f"{', '.join(kept)} = " if kept else ""
    return f"{function}{train}" + "\n".join([*data, made, f"{call}train(model, {names})", *after])


def _class(
    pen: Pen, data: Lines, model: Lines, compiled: Lines, fitted: Lines, after: Lines
) -> str:
    """A class that holds the model."""
    names = ", ".join(_names(data))
    kept = [r for r in dict.fromkeys(pen.results) if any(f"{r} = " in line for line in fitted)]

    def own(lines: Lines) -> Lines:
        return [re.sub(r"\bmodel(?=\.|\()", "self.model", line) for line in lines]

    returned = [f"return {', '.join(kept)}"] if kept else []
    text = [
        "class Experiment:",
        "    def __init__(self, units=4):",
        "        self.model = self.build(units)",
        *(f"        {line}" for line in own(compiled)),
        "",
        "    def build(self, units):",
        *(f"        {line}" for line in model),
        "        return model",
        "",
        f"    def train(self, {names}):",
        *(f"        {line}" for line in [*own(fitted), *returned]),
    ]
    call = f"{', '.join(kept)} = " if kept else ""
    uses = [re.sub(r"\bmodel(?=\.|\()", "experiment.model", line) for line in after]
    made = ["experiment = Experiment()", f"{call}experiment.train({names})"]
    return "\n".join([*text, "", "", *data, *made, *uses])


def _loop(pen: Pen, data: Lines, model: Lines, compiled: Lines, fitted: Lines, after: Lines) -> str:
    function, rest = _build(pen, model, compiled)
    made = "model = build_model(units)" if "build_model" in function else "model = make(units)"
    lines = [made, *rest, *fitted, *after]
    return function + "\n".join([*data, "for units in (4, 6):", pen.block(lines)])


def _names(data: Lines) -> list[str]:
    """The variables that the data are in."""
    found: dict[str, None] = {}
    for line in data:
        for name in line.partition(" = ")[0].split(", "):
            found[name] = None
    return [name for name in found if name.isidentifier()]
