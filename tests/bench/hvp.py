#!/usr/bin/env python3
"""Hessian-vector products side by side: Kappa and PyTorch's double backward on the same weights, images and vectors.

    hvp.py BENCH_HVP --resnet20 resnet20-12fca82f.th --cifar10 test_batch.bin [--part products|memory|growth|analyses|all]
           [--images 1000] [--imagenet-images 8] [--vectors 8] [--threads 1] [--rounds 3] [--kappa-cli PATH]

BENCH_HVP is the built tests/bench/bench-hvp. PyTorch runs eagerly, one vector after the other on a kept graph, and
batched (is_grads_batched: functorch's vmap), each with several batch sizes; its best time counts. The programs take
turns, as processes of their own, and medians of the rounds are compared. `memory` gives both the same images at once.
`growth` has no rival: how the cost grows with images, parameters and vectors. `analyses` times whole processes of
kappa-cli: the largest eigenvalues to a given residual, and the exact trace against a hundred random probes.
"""

import argparse
import json
import math
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


# The rival: a process of its own for each measurement.


def rival_images(path, count):
    import numpy as np
    import torch

    if path.endswith(".npz"):
        file = np.load(path)
        pixels, labels = file["images"][:count].transpose(0, 3, 1, 2), file["labels"][:count]
    else:
        records = np.fromfile(path, np.uint8).reshape(-1, 3073)[:count]
        pixels, labels = records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]
    x = torch.from_numpy(np.ascontiguousarray(pixels)).float() / 255
    x = (x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    return x, torch.from_numpy(labels.astype("int64"))


def rival_vectors(parameters, count):
    import numpy as np
    import torch

    total = sum(p.numel() for p in parameters)
    vectors = []
    for v in range(count):
        flat = torch.from_numpy(np.sin(1 + 0.618 * (v + 1) * np.arange(total, dtype=np.float64)).astype(np.float32))
        vectors.append([part.view_as(p) for part, p in zip(flat.split([p.numel() for p in parameters]), parameters)])
    return vectors


def rival(job):
    import torch
    import torch.nn.functional as F

    import networks

    torch.set_num_threads(job["threads"])
    model = networks.make(job["name"], job["weights"])
    parameters = list(model.parameters())
    x, y = rival_images(job["data"], job["images"])
    vectors = rival_vectors(parameters, job["vectors"])
    stacked = [torch.stack(parts) for parts in zip(*vectors)] if job["mode"] == "batched" else None

    def loss(first, batch):
        return F.cross_entropy(model(x[first : first + batch]), y[first : first + batch], reduction="sum") / len(x)

    def multiply(batch):
        products = [[torch.zeros_like(p) for p in parameters] for _ in vectors]
        for first in range(0, len(x), batch):
            gradient = torch.autograd.grad(loss(first, batch), parameters, create_graph=True)
            if stacked is not None:
                parts = torch.autograd.grad(gradient, parameters, stacked, is_grads_batched=True)
                parts = [[part[v] for part in parts] for v in range(len(vectors))]
            for v, vector in enumerate(vectors):
                keep = v + 1 < len(vectors)
                part = parts[v] if stacked is not None else torch.autograd.grad(gradient, parameters, vector, retain_graph=keep)
                for total, p in zip(products[v], part):
                    total += p
        return products

    def seconds(action):
        wall, processor = time.perf_counter(), time.process_time()
        result = action()
        return time.perf_counter() - wall, time.process_time() - processor, result

    wall, processor, products = seconds(lambda: multiply(job["batch"]))
    curvatures = [sum(float((a.double() * b.double()).sum()) for a, b in zip(v, p)) for v, p in zip(vectors, products)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"version": torch.__version__, "seconds_per_vector": wall / len(vectors),
                      "processor_seconds_per_vector": processor / len(vectors), "curvatures": curvatures,
                      "peak_mebibytes": peak}))


# The comparison.


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


class Case:
    def __init__(self, args, name, weights, data, images, batches, settings=None):
        self.args, self.name, self.weights, self.data = args, name, str(weights), str(data)
        self.images, self.batches, self.settings = images, batches, settings

    def kappa(self, vectors, images=None, repeats=1, extra=()):
        command = [self.args.bench, self.weights, "-d", self.data, "-i", f"0:{images or self.images}", "-k", vectors,
                   "-t", self.args.threads, "-r", repeats, *extra]
        return run(command + (["-s", self.settings] if self.settings else []))

    def torch(self, vectors, mode, batch, images=None):
        job = {"name": self.name, "weights": self.weights, "data": self.data, "images": images or self.images,
               "vectors": vectors, "mode": mode, "batch": batch, "threads": self.args.threads}
        return run([sys.executable, __file__, "--rival", json.dumps(job)])


def agreement(mine, theirs):
    return max(abs(a - b) / max(abs(b), 1e-30) for a, b in zip(mine["curvatures"], theirs["curvatures"]))


def best_rival(case, vectors):
    """The fastest way PyTorch has, found on a part of the images."""
    modes = ["eager", "batched"] if vectors > 1 else ["eager"]
    part = min(case.images, max(case.batches))
    trials = []
    for mode in modes:
        for batch in case.batches:
            if batch <= part:
                trials.append((case.torch(vectors, mode, batch, part)["processor_seconds_per_vector"], mode, batch))
    return min(trials)[1:]


def compare(case, vectors):
    mode, batch = best_rival(case, vectors)
    pairs = [(case.kappa(vectors), case.torch(vectors, mode, batch)) for _ in range(case.args.rounds)]
    walls = sorted(t["seconds_per_vector"] / k["seconds_per_vector"] for k, t in pairs)
    processors = sorted(t["processor_seconds_per_vector"] / k["processor_seconds_per_vector"] for k, t in pairs)
    costs = sorted(k["processor_seconds_per_vector"] / k["gradient_processor_seconds"] for k, _ in pairs)
    mine = min((k for k, _ in pairs), key=lambda k: k["seconds_per_vector"])
    theirs = pairs[0][1]
    # Two gradients for each vector and one for all: nothing that depends on no vector is done twice.
    floor = mine["gradient_macs"] * (2 + 1 / vectors)
    print(f"{case.name}, {case.images} images, {vectors} at once, {case.args.threads} thread(s), "
          f"{mine['parameters']} parameters")
    print(f"    Kappa {mine['seconds_per_vector']:.3f} s per vector, {mine['gflops']:.0f} GFLOP/s, oneDNN {mine['onednn']}, "
          f"{mine['isa']}; largest difference of v'Hv {agreement(mine, theirs):.1e}")
    print(f"    against PyTorch {theirs['version']} {mode}, batch {batch}: {statistics.median(walls):.2f}x "
          f"({walls[0]:.2f} to {walls[-1]:.2f}); in processor time {statistics.median(processors):.2f}x "
          f"({processors[0]:.2f} to {processors[-1]:.2f})")
    print(f"    cost {statistics.median(costs):.2f} gradients ({costs[0]:.2f} to {costs[-1]:.2f}); multiply-adds "
          f"{mine['macs_per_vector']:.4g} per vector, {mine['macs_per_vector'] / floor:.3f} of the floor", flush=True)
    return statistics.median(k["processor_seconds_per_vector"] for k, _ in pairs)


def compare_blocks(case):
    single, block = compare(case, 1), compare(case, case.args.vectors)
    print(f"    in a block of {case.args.vectors} a vector costs {block / single:.2f} of one alone", flush=True)


def compare_memory(case, images, vectors):
    mine = case.kappa(vectors, images, 1, ["--no-gradient"])
    print(f"{case.name}, {images} images at once, {vectors} vector(s): Kappa {mine['peak_mebibytes']:.0f} MiB "
          f"(predicted {mine['predicted_mebibytes']:.0f} and the images)")
    for mode in ["eager", "batched"] if vectors > 1 else ["eager"]:
        theirs = case.torch(vectors, mode, images, images)
        print(f"    PyTorch {mode} {theirs['peak_mebibytes']:.0f} MiB: Kappa takes "
              f"{mine['peak_mebibytes'] / theirs['peak_mebibytes']:.3f} of it", flush=True)


def print_growth(cases, images):
    print("network    parameters  images  vectors   s/vector  gradients   GFLOP/s  multiply-adds/vector     MiB")
    for case in cases:
        for count in images if case is cases[0] else images[-1:]:
            for vectors in (1, 2, 4, 8, 16):
                r = case.kappa(vectors, count)
                cost = r["processor_seconds_per_vector"] / r["gradient_processor_seconds"]
                print(f"{case.name:10s} {r['parameters']:10d} {count:7d} {vectors:8d} {r['seconds_per_vector']:10.3f} "
                      f"{cost:10.2f} {r['gflops']:9.1f} {r['macs_per_vector']:21.4g} {r['peak_mebibytes']:7.0f}", flush=True)


def time_process(command):
    start = time.perf_counter()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"    {' '.join(map(str, command))}: {done.stderr.strip()}")
        return None
    scalars = json.loads(done.stdout).get("scalars", {})
    return time.perf_counter() - start, scalars


def time_analyses(args, case):
    common = [case.weights, "--data", case.data, "--images", f"0:{case.images}", "--threads", args.threads, "--json"]
    for tolerance in ("1e-2", "1e-4", "1e-6"):
        timed = time_process([args.kappa_cli, "spectrum", *common, "--top", 5, "--tolerance", tolerance])
        if timed:
            print(f"{case.name}, {case.images} images, five eigenvalues to a residual of {tolerance}: {timed[0]:.1f} s", flush=True)
    exact = time_process([args.kappa_cli, "trace", *common])
    if exact:
        print(f"{case.name}, {case.images} images, exact trace: {exact[0]:.1f} s")
    vectors = args.vectors
    runs = [case.kappa(vectors) for _ in range(args.rounds)]
    hundred = 100 * statistics.median(r["seconds_per_vector"] for r in runs)
    print(f"    a hundred probes of Hutchinson's estimator, {vectors} at once: {hundred:.1f} s for the products alone"
          + (f", {hundred / exact[0]:.1f} times as long" if exact else ""), flush=True)


def write_random_images(path, count, size):
    import numpy as np

    generator = np.random.default_rng(1)
    np.savez(path, images=generator.integers(0, 256, (count, size, size, 3), dtype=np.uint8),
             labels=generator.integers(0, 1000, count).astype(np.int64))


def write_random_weights(path, name):
    import torch

    import networks

    torch.save(networks.make(name).state_dict(), path)


def settings(size):
    numbers = {"mean": MEAN, "std": STD}
    return f"size={size},crop=1," + ",".join(f"{k}=" + ",".join(map(str, v)) for k, v in numbers.items())


def main():
    if sys.argv[1:2] == ["--rival"]:
        rival(json.loads(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--resnet20", required=True, help="checkpoint of ResNet-20; its neighbours by depth are used in growth")
    parser.add_argument("--cifar10", required=True, help="test_batch.bin")
    parser.add_argument("--part", default="all", choices=["products", "memory", "growth", "analyses", "all"])
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--imagenet-images", type=int, default=8)
    parser.add_argument("--vectors", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kappa-cli", help="the built app/kappa-cli, for analyses")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_random_images(folder / "images.npz", max(args.imagenet_images, 32), 224)
        write_random_weights(folder / "resnet18.pth", "resnet18")
        small = Case(args, "resnet20", args.resnet20, args.cifar10, args.images, (8, 32, 128))
        large = Case(args, "resnet18", folder / "resnet18.pth", folder / "images.npz", args.imagenet_images, (1, 4, 8),
                     settings(224))
        if args.part in ("products", "all"):
            compare_blocks(small)
            compare_blocks(large)
        if args.part in ("memory", "all"):
            for vectors in (1, args.vectors):
                compare_memory(small, min(args.images, 512), vectors)
                compare_memory(large, 32, vectors)
        if args.part in ("growth", "all"):
            deeper = sorted(Path(args.resnet20).parent.glob("resnet*.th"), key=lambda p: int(re.findall(r"\d+", p.name)[0]))
            cases = [Case(args, re.match(r"resnet\d+", p.name)[0], p, args.cifar10, args.images, ()) for p in deeper]
            print_growth(cases, [max(1, math.ceil(args.images * share)) for share in (0.1, 0.3, 1)])
        if args.part in ("analyses", "all") and args.kappa_cli:
            time_analyses(args, small)


if __name__ == "__main__":
    main()
