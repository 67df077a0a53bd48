#!/usr/bin/env python3
"""Forward passes side by side: Kappa, PyTorch (eager and frozen) and onnxruntime on the same weights, images and threads.

    forward.py BENCH_FORWARD [--resnet20 resnet20-12fca82f.th] [--models resnet20,resnet50,…] [--threads 1,2] [--rounds 3]

BENCH_FORWARD is the built tests/bench/bench-forward. Needs PyTorch (python3-torch) and, for the other rival, the npm
package onnxruntime-node, whose folder goes into ONNXRUNTIME_NODE. Weights are drawn from PyTorch's generator with seed 0.
The programs take turns; medians of the rounds' medians are compared, wall-clock and processor time. Each rival has its
best of several batch sizes. The logits of eight images are compared first: the largest difference to PyTorch's in
float64, against the largest logit.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


MODELS = {  # images, pixels
    "resnet20": (512, 32), "resnet50": (32, 224), "resnetrs50": (32, 224), "inception-v4": (16, 299), "vit-s16": (32, 224),
    "mixer-s16": (32, 224),
}
COMPARED = 8


def torch_times(name, checkpoint, images, size, threads, repeats):
    import torch

    import networks

    torch.set_num_threads(threads)
    model = networks.make(name, checkpoint)
    best = {}
    with torch.no_grad():
        for mode in ("eager", "frozen"):
            row = best[mode] = {"median_seconds": math.inf, "processor_seconds": math.inf}
            for batch in (1, 4, 8, 20, 32, 128):
                if batch > images:
                    continue
                x = torch.rand(batch, 3, size, size) * 4 - 2
                net = model
                if mode == "frozen":
                    net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))
                for _ in range(2):
                    net(x)
                wall, processor = [], []
                for _ in range(repeats):
                    start, before = time.perf_counter(), time.process_time()
                    for _ in range(0, images, batch):
                        net(x)
                    processor.append(time.process_time() - before)
                    wall.append(time.perf_counter() - start)
                if statistics.median(wall) < row["median_seconds"]:
                    row.update(median_seconds=statistics.median(wall), batch=batch)
                row["processor_seconds"] = min(row["processor_seconds"], statistics.median(processor))
    print(json.dumps({"version": torch.__version__, **best}))


def export(name, checkpoint, size, folder):
    """Writes weights, ONNX model, images and the reference's logits; returns the weights' file."""
    import torch

    import networks

    model = networks.make(name, checkpoint)
    weights = checkpoint or str(folder / f"{name}.pth")
    if not checkpoint:
        torch.save(model.state_dict(), weights)
    x = 1.5 * torch.nn.functional.interpolate(torch.randn(COMPARED, 3, 8, 8), size=size, mode="bilinear")
    torch.onnx.export(model, x[:1], str(folder / f"{name}.onnx"), input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}}, opset_version=13)
    x.numpy().tofile(folder / "images")
    with torch.no_grad():
        model.double()(x.double()).numpy().tofile(folder / "reference")
    return weights


def largest_difference(folder, file, dtype):
    import numpy as np

    reference = np.fromfile(folder / "reference")
    return abs(np.fromfile(folder / file, dtype)[:reference.size] - reference).max() / abs(reference).max()


def run(command):
    return json.loads(subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True).stdout)


def measure(args, name, checkpoint, weights, threads, folder):
    (images, size), rows = MODELS[name], {"kappa": [], "eager": [], "frozen": [], "onnxruntime": []}
    for _ in range(args.rounds):
        rows["kappa"].append(run([args.bench, weights, "-n", images, "-s", size, "-t", threads, "-r", 5, "-i", folder / "images",
                                  "-o", folder / "kappa"]))
        torch = run([sys.executable, __file__, "--torch", name, checkpoint or "", images, size, threads])
        for mode in ("eager", "frozen"):
            rows[mode].append({**torch[mode], "version": torch["version"]})
        if os.environ.get("ONNXRUNTIME_NODE"):
            rows["onnxruntime"].append(run(["node", HERE / "forward-onnxruntime.js", folder / f"{name}.onnx", images, size,
                                            threads, 3, folder / "images", folder / "ort", 1, 4, 8, 32, 128]))
    return rows


def compare(args, name, threads, folder):
    checkpoint = args.resnet20 if name == "resnet20" else None
    images, size = MODELS[name]
    rows = measure(args, name, checkpoint, export(name, checkpoint, size, folder), threads, folder)
    kappa = rows["kappa"][-1]
    mine = statistics.median(row["median_seconds"] for row in rows["kappa"])
    print(f"{name} {size} px, {images} images, {threads} thread(s): kappa {images / mine:.1f} images/s, {kappa['gflops']:.0f} GFLOP/s, "
          f"share of bare convolutions {kappa['convolution_share']:.2f}, micro-batch {kappa['micro_batch']}, oneDNN "
          f"{kappa['onednn']}, OpenBLAS for {kappa['openblas']}, logits off by {largest_difference(folder, 'kappa', 'f8'):.1e}")
    for rival in ("eager", "frozen", "onnxruntime"):
        if rows[rival]:
            last = rows[rival][-1]
            ratios = {clock: sorted(r[clock] / k[clock] for r, k in zip(rows[rival], rows["kappa"]))
                      for clock in ("median_seconds", "processor_seconds")}
            wall = ratios["median_seconds"]
            title = f"PyTorch {last['version']} {rival}" if rival != "onnxruntime" else f"onnxruntime {last['version']}"
            off = f", logits off by {largest_difference(folder, 'ort', 'f4'):.1e}" if rival == "onnxruntime" else ""
            print(f"    against {title:28s} {statistics.median(wall):5.2f}x  ({wall[0]:.2f} to {wall[-1]:.2f}), processor time "
                  f"{statistics.median(ratios['processor_seconds']):.2f}x, its batch {last['batch']}{off}", flush=True)


def main():
    if sys.argv[1:2] == ["--torch"]:
        name, checkpoint, images, size, threads = sys.argv[2:7]
        torch_times(name, checkpoint or None, int(images), int(size), int(threads), 3)
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--resnet20", help="checkpoint of ResNet-20; drawn at random without")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for threads in args.threads.split(","):
            for name in args.models.split(","):
                compare(args, name, int(threads), Path(folder))


if __name__ == "__main__":
    main()
