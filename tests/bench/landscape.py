#!/usr/bin/env python3
"""An 11 x 11 landscape of 1,000 images side by side: Kappa's program, as a user runs it, against a loop in PyTorch.

    landscape.py KAPPA_CLI --model resnet20-12fca82f.th --data test_batch.bin [--rounds 3] [--points 11] [--images 1000]

Kappa draws the directions and saves them; PyTorch walks along the same ones, in inference mode, in its faster mode
(eager or frozen anew at each point), with its better batch size. Both surfaces are compared point by point. Kappa's time
is that of the whole process, reading the files and writing the surface included; PyTorch's is that of its loop alone.
Needs python3-torch and python3-h5py.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def rival(model_file, data, directions, points, images, threads, batch, mode, most):
    import h5py
    import numpy as np
    import torch
    import torch.nn.functional as F

    import networks

    torch.set_num_threads(threads)
    model = networks.make("resnet20", model_file)
    raw = np.fromfile(data, np.uint8, count=images * 3073).reshape(images, 3073)
    mean = torch.tensor((0.485, 0.456, 0.406)).view(1, 3, 1, 1)
    std = torch.tensor((0.229, 0.224, 0.225)).view(1, 3, 1, 1)
    x = (torch.from_numpy(raw[:, 1:].reshape(images, 3, 32, 32).copy()).float() / 255 - mean) / std
    y = torch.from_numpy(raw[:, 0].astype(np.int64))
    parameters = list(model.parameters())
    start_weights = [p.detach().clone() for p in parameters]
    axes = []
    with h5py.File(directions) as f:
        for axis in ("xdirection", "ydirection"):
            axes.append([torch.from_numpy(f[axis][str(i)][()].astype("f4")).reshape(p.shape) for i, p in enumerate(parameters)])
    coordinates = torch.linspace(-1, 1, points).tolist()
    grid = [(a, b) for a in coordinates for b in coordinates][:most]
    surface = []
    with torch.no_grad():
        model(x[:batch])
        start = time.perf_counter()
        for a, b in grid:
            for p, w, u, v in zip(parameters, start_weights, *axes):
                p.copy_(w + a * u + b * v)
            net = model
            if mode == "frozen":
                net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x[:batch])))
            total = sum(F.cross_entropy(net(x[i:i + batch]), y[i:i + batch], reduction="sum").item()
                        for i in range(0, images, batch))
            surface.append(total / images)
        seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "surface": surface, "version": torch.__version__}))


def run_rival(args, directions, threads, batch, mode, most):
    out = subprocess.run([sys.executable, __file__, "--torch", args.model, args.data, str(directions), str(args.points), str(args.images),
                          str(threads), str(batch), mode, str(most)], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def best_rival(args, directions, threads):
    """Mode and batch size that make PyTorch fastest over the first few points."""
    modes = [(batch, mode) for mode in ("eager", "frozen") for batch in (20, 50, 125, 250)]
    return min(modes, key=lambda m: run_rival(args, directions, threads, *m, 3)["seconds"])


def kappa(args, threads, precision, folder, directions):
    csv = folder / f"surface-{threads}-{precision}.csv"
    command = [args.cli, "landscape", args.model, "--data", f"cifar10:{args.data}", "--images", f"0:{args.images}",
               f"--x=-1:1:{args.points}", f"--y=-1:1:{args.points}", "--threads", str(threads), "--precision", precision,
               "--workspace", str(folder / f"{time.time_ns()}.db"), "--json"]
    command += ["--directions", str(directions)] if directions.exists() else ["--save-directions", str(directions)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start, json.loads(done.stdout)


def losses(result):
    """Of the points, by first and second coordinate."""
    table = result["tables"]["points"]
    columns = [column["name"] for column in table["columns"]]
    rows = [dict(zip(columns, row)) for row in table["rows"]]
    return [row["loss"] for row in sorted(rows, key=lambda row: (row["alpha"], row["beta"]))]


def difference(ours, theirs):
    return max(abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True))


def main():
    if sys.argv[1:2] == ["--torch"]:
        model, data, directions, points, images, threads, batch, mode, most = sys.argv[2:11]
        rival(model, data, directions, int(points), int(images), int(threads), int(batch), mode, int(most))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli")
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--points", type=int, default=11)
    parser.add_argument("--images", type=int, default=1000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, directions = Path(name), Path(name) / "directions.h5"
        kappa(args, 2, "float32", folder, directions)
        for threads in (1, 2):
            times = {"float32": [], "bfloat16": [], "torch": []}
            worst = {"float32": 0.0, "bfloat16": 0.0}
            batch, mode = best_rival(args, directions, threads)
            for _ in range(args.rounds):
                torch = run_rival(args, directions, threads, batch, mode, args.points ** 2)
                times["torch"].append(torch["seconds"])
                for precision in ("float32", "bfloat16"):
                    seconds, result = kappa(args, threads, precision, folder, directions)
                    times[precision].append(seconds)
                    worst[precision] = max(worst[precision], difference(losses(result), torch["surface"]))
            print(f"{args.points} x {args.points} points, {args.images} images, {threads} thread(s), PyTorch {torch['version']} {mode}, "
                  f"batches of {batch}: {statistics.median(times['torch']):.1f} s")
            for precision in ("float32", "bfloat16"):
                ratios = sorted(t / k for t, k in zip(times["torch"], times[precision]))
                print(f"    kappa {precision}: {statistics.median(times[precision]):.1f} s, {statistics.median(ratios):.2f}x "
                      f"({ratios[0]:.2f} to {ratios[-1]:.2f}), largest relative difference of a loss {worst[precision]:.1e}", flush=True)


if __name__ == "__main__":
    main()
