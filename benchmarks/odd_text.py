"""Measure whether foreign lines are found among lines of Shakespeare.

Learnt from nine tenths of Tiny Shakespeare, judged on 1,000 lines of the last tenth, and on up to
200 planted ones of each kind:

- `code`: lines of Python, of this project.
- `prose`: lines of this project's documentation, English of today.
- `languages`: German, French, Latin and Spanish sentences, in letters that English has.
- `letters`: lines of the last tenth whose letters are shuffled, spaces stay where they are.
- `words`: lines of the last tenth whose words are shuffled.

AUROC of `GPT` by each way to measure oddness, of 6-grams (Witten-Bell) by the same, which see each
line alone, too, and of the length of a line. The default of `GPT` was chosen with `--choose`, which
learns from nine tenths of the training part and judges the rest of it.

    python benchmarks/odd_text.py              stores results/odd_text.json
    python benchmarks/odd_text.py --choose     by the training part alone, nothing stored
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

import numpy as np

import store
from likely.autoregressive import GPT
from likely.evaluation import auroc
from n_grams import NGrams
from shakespeare import read

ROOT = Path(__file__).parents[1]
ORDINARY, PLANTED = 1_000, 200
KINDS = ("code", "prose", "languages", "letters", "words")
LANGUAGES = """\
Der Regen kommt heute Abend vom Meer herein
Wir haben den ganzen Tag auf dich gewartet
Niemand wollte den alten Hund mitnehmen
Bitte stell das Fahrrad nicht vor die Treppe
Sie lachte und legte das Buch wieder weg
Im Winter schlafen die Igel unter dem Laub
Das Brot ist noch warm, nimm dir etwas davon
Morgen fahren wir mit dem Zug nach Hause
La pluie tombe doucement sur le toit
Nous avons attendu toute la nuit devant la porte
Mon voisin cultive des tomates et des roses
Elle ne voulait pas quitter la maison
Le petit enfant regarde passer les bateaux
Il faut acheter du pain avant midi
Personne ne savait pourquoi le chat boitait
Demain nous irons marcher dans la montagne
Puella in horto rosas rubras colligit
Nauta per undas magnas domum redit
Magister pueris fabulam longam narrat
Canis sub arbore dormit et somniat
Hieme flumina frigore rigent
Agricola cum filio agros arat
Milites muros urbis diu spectabant
Amicus meus epistulam brevem scripsit
La lluvia cae despacio sobre los tejados
Mis hermanos juegan en la plaza por la tarde
Nadie quiso comprar aquella casa vieja
El panadero se levanta antes que el sol
Vamos a plantar un limonero en el patio
Ella guarda las cartas en una caja azul
Los gatos duermen encima de la estufa
Ayer perdimos el tren por dos minutos""".splitlines()


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store one row a way to judge lines."""
    learnt, judged = read()
    if asked.choose:
        cut = int(0.9 * len(learnt))
        learnt, judged = learnt[:cut], learnt[cut:]
    lines, planted = draw(judged)
    rows = [*by_gpt(learnt, lines, planted, asked), *by_n_grams(learnt, lines, planted)]
    found = {kind: [float(len(line)) for line in some] for kind, some in planted.items()}
    rows.append(row("length", "", [float(len(line)) for line in lines], found, 0.0))
    if not asked.choose and asked.budget is None:
        store.save("odd_text", rows, ordinary=len(lines), planted=PLANTED)


def draw(judged: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return ordinary lines and planted ones of every kind."""
    rng = np.random.default_rng(0)
    there = [line for line in judged.split("\n")[1:-1] if line.strip()]
    chosen = [there[i] for i in rng.permutation(len(there))[: ORDINARY + 2 * PLANTED]]
    ordinary, letters = chosen[:ORDINARY], chosen[ORDINARY : ORDINARY + PLANTED]
    words = [line for line in chosen[ORDINARY + PLANTED :] if len(line.split()) > 2]
    code = lines_of(ROOT / "src" / "likely" / "core", "*.py")
    prose = lines_of(ROOT / "docs", "*.md")
    pick = [[some[i] for i in rng.permutation(len(some))[:PLANTED]] for some in (code, prose)]
    planted = {
        "code": pick[0],
        "prose": pick[1],
        "languages": LANGUAGES,
        "letters": [shuffled_letters(line, rng) for line in letters],
        "words": [" ".join(rng.permutation(line.split())) for line in words],
    }
    return ordinary, planted


def lines_of(folder: Path, pattern: str) -> list[str]:
    """Return the different lines of files with at least three words, cut to 60 characters."""
    found = [
        line.strip()[:60]
        for path in sorted(folder.glob(pattern))
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line.split()) > 2 and line.isascii() and "|" not in line
    ]
    return list(dict.fromkeys(found))


def shuffled_letters(line: str, rng: np.random.Generator) -> str:
    """Return a line whose letters change places, spaces and signs excepted."""
    places = [i for i, sign in enumerate(line) if sign.isalpha()]
    signs = list(line)
    for place, other in zip(places, rng.permutation(places), strict=True):
        signs[place] = line[other]
    return "".join(signs)


def by_gpt(
    learnt: str, lines: list[str], planted: dict[str, list[str]], asked: argparse.Namespace
) -> list[dict]:
    """Return a row for every oddness of GPT, and for those that are not among its choices."""
    spent = process_time()
    settings = {} if asked.budget is None else {"budget": asked.budget}
    model = GPT(**settings).fit(learnt.split("\n"))
    spent = process_time() - spent
    rows = []
    for oddness in ("excess", "per_token", "likelihood"):
        model.set_params(oddness=oddness)
        usual = (-model.score_samples(lines)).tolist()
        found = {kind: (-model.score_samples(some)).tolist() for kind, some in planted.items()}
        rows.append(row("GPT", oddness, usual, found, spent))
    return rows


def by_n_grams(learnt: str, lines: list[str], planted: dict[str, list[str]]) -> list[dict]:
    """Return a row for every oddness of 6-grams."""
    spent = process_time()
    grams = NGrams(learnt)
    lines_learnt = np.array(learnt.split("\n"), dtype=object)
    apart = np.arange(len(lines_learnt)) // 50 % 20 == 19  # pieces from all over, as GPT holds out
    rest, unseen = ("\n".join(lines_learnt[part]) for part in (~apart, apart))
    usual_nats = NGrams(rest).nats(f"\n{unseen}\n", alone=True)
    mean, spread = usual_nats.mean(), usual_nats.std()
    ways = {
        "excess": lambda nats: ((nats - mean) / (spread * np.sqrt(len(nats)))).sum(),
        "per_token": np.mean,
        "likelihood": np.sum,
    }
    of_lines, of_planted = (
        [[grams.nats(f"\n{line}\n", alone=True) for line in some] for some in group]
        for group in ([lines], planted.values())
    )
    rows = []
    for oddness, way in ways.items():
        usual = [float(way(nats)) for nats in of_lines[0]]
        found = {
            kind: [float(way(nats)) for nats in some]
            for kind, some in zip(planted, of_planted, strict=True)
        }
        rows.append(row("6-grams", oddness, usual, found, process_time() - spent))
    return rows


def row(
    model: str, oddness: str, usual: list[float], found: dict[str, list[float]], spent: float
) -> dict:
    """Return and print AUROC by kind, their mean, and that of all planted lines together."""
    by_kind = {kind: area(usual, odd) for kind, odd in found.items()}
    foreign = [kind for kind in KINDS if kind != "words"]
    together = area(usual, [value for kind in foreign for value in found[kind]])
    result = {
        "model": model,
        "oddness": oddness,
        **{kind: round(by_kind[kind], 4) for kind in KINDS},
        "all but words": round(together, 4),
        "cpu_s": round(spent),
    }
    store.show(result)
    return result


def area(usual: list[float], odd: list[float]) -> float:
    """Return the AUROC of planted lines among ordinary ones."""
    labels = np.repeat([0, 1], [len(usual), len(odd)])
    return float(auroc(labels, np.array([*usual, *odd])))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--budget", help="of GPT, instead of its default; nothing is stored")
    main(parser.parse_args())
