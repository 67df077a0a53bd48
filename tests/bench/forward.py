#!/usr/bin/env python3
"""Forward passes side by side: Kappa, PyTorch (eager and frozen) and onnxruntime on the same weights, sizes and threads.

    forward.py BENCH_FORWARD [--resnet20 resnet20-12fca82f.th] [--rounds 3]

BENCH_FORWARD is the built tests/bench/bench-forward. Needs PyTorch (python3-torch) and, for the other rival, the npm
package onnxruntime-node, whose folder goes into ONNXRUNTIME_NODE. The programs take turns; medians of the rounds'
medians are compared. Each rival has its best batch size.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def torch_times(name, checkpoint, images, size, threads, repeats):
    import torch

    import networks

    torch.set_num_threads(threads)
    model = networks.make(name, checkpoint)
    best = {}
    with torch.no_grad():
        for mode in ("eager", "frozen"):
            for batch in (1, 4, 8, 20, 32, 128):
                if batch > images:
                    continue
                x = torch.rand(batch, 3, size, size) * 4 - 2
                net = model
                if mode == "frozen":
                    net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))
                for _ in range(2):
                    net(x)
                times = []
                for _ in range(repeats):
                    start = time.perf_counter()
                    for _ in range(0, images, batch):
                        net(x)
                    times.append(time.perf_counter() - start)
                best[mode] = min(best.get(mode, (1e9, 0)), (statistics.median(times), batch))
    print(json.dumps({"version": torch.__version__, **{k: {"median_seconds": v[0], "batch": v[1]} for k, v in best.items()}}))


def export(name, checkpoint, size, folder):
    import torch

    import networks

    model = networks.make(name, checkpoint)
    weights = checkpoint or str(folder / f"{name}.pth")
    if not checkpoint:
        torch.save(model.state_dict(), weights)
    torch.onnx.export(model, torch.zeros(1, 3, size, size), str(folder / f"{name}.onnx"), input_names=["input"],
                      output_names=["logits"], dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}}, opset_version=13)
    return weights


def run(command):
    return json.loads(subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True).stdout)


def compare(args, name, checkpoint, images, size, threads, folder):
    weights = export(name, checkpoint, size, folder)
    rows = {"kappa": [], "eager": [], "frozen": [], "onnxruntime": []}
    for _ in range(args.rounds):
        kappa = run([args.bench, weights, "-n", images, "-s", size, "-t", threads, "-r", 5])
        rows["kappa"].append(kappa["median_seconds"])
        torch = run([sys.executable, __file__, "--torch", name, checkpoint or "", images, size, threads])
        rows["eager"].append(torch["eager"]["median_seconds"])
        rows["frozen"].append(torch["frozen"]["median_seconds"])
        if os.environ.get("ONNXRUNTIME_NODE"):
            ort = run(["node", HERE / "forward-onnxruntime.js", folder / f"{name}.onnx", images, size, threads, 3, 1, 8, 32, 128])
            rows["onnxruntime"].append(ort["median_seconds"])
    mine = statistics.median(rows["kappa"])
    print(f"{name} {size} px, {images} images, {threads} thread(s): kappa {images / mine:.1f} images/s, {kappa['gflops']:.0f} GFLOP/s, "
          f"share of bare convolutions {kappa['convolution_share']:.2f}, micro-batch {kappa['micro_batch']}, oneDNN {kappa['onednn']}")
    for rival in ("eager", "frozen", "onnxruntime"):
        if rows[rival]:
            ratios = sorted(r / k for r, k in zip(rows[rival], rows["kappa"]))
            version = f"PyTorch {torch['version']} {rival}" if rival != "onnxruntime" else f"onnxruntime {ort['version']}"
            print(f"    against {version:28s} {statistics.median(ratios):5.2f}x  ({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)


def main():
    if sys.argv[1:2] == ["--torch"]:
        name, checkpoint, images, size, threads = sys.argv[2:7]
        torch_times(name, checkpoint or None, int(images), int(size), int(threads), 3)
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--resnet20", help="checkpoint of ResNet-20; drawn at random without")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for threads in (1, 2):
            compare(args, "resnet20", args.resnet20, 512, 32, threads, Path(folder))
            compare(args, "resnet50", None, 32, 224, threads, Path(folder))


if __name__ == "__main__":
    main()
