"""The rivals' copy of Inception-v4 in PyTorch, with the parameter names its files have."""

import torch
import torch.nn.functional as F
from torch import nn


class Unit(nn.Module):
    """Convolution, BatchNorm, ReLU; padded to the same size unless told otherwise."""

    def __init__(self, inputs, outputs, kernel, stride=1, padded=True):
        super().__init__()
        padding = tuple(k // 2 for k in kernel) if padded else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def chain(inputs, *units):
    """Units (outputs, kernel, stride, padded) one behind the other; one alone has no number in its name."""
    members = []
    for unit in units:
        members.append(Unit(inputs, *unit))
        inputs = unit[0]
    return members[0] if len(members) == 1 else nn.Sequential(*members)


def averaged(inputs, outputs):
    return nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), Unit(inputs, outputs, (1, 1)))


class Fork(nn.Module):
    """Branches side by side, their results one behind the other along the channels."""

    def __init__(self, **branches):
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], 1)


P, S, K17, K71, K13, K31 = (1, 1), (3, 3), (1, 7), (7, 1), (1, 3), (3, 1)


def module_a():
    return Fork(branch0=Unit(384, 96, P), branch1=chain(384, (64, P), (96, S)),
                branch2=chain(384, (64, P), (96, S), (96, S)), branch3=averaged(384, 96))


def module_b():
    return Fork(branch0=Unit(1024, 384, P), branch1=chain(1024, (192, P), (224, K17), (256, K71)),
                branch2=chain(1024, (192, P), (192, K71), (224, K17), (224, K71), (256, K17)), branch3=averaged(1024, 128))


class ModuleC(nn.Module):
    """Its branches fork a second time."""

    def __init__(self):
        super().__init__()
        self.branch0 = Unit(1536, 256, P)
        self.branch1_0 = Unit(1536, 384, P)
        self.branch1_1a, self.branch1_1b = Unit(384, 256, K13), Unit(384, 256, K31)
        self.branch2_0 = Unit(1536, 384, P)
        self.branch2_1, self.branch2_2 = Unit(384, 448, K31), Unit(448, 512, K13)
        self.branch2_3a, self.branch2_3b = Unit(512, 256, K13), Unit(512, 256, K31)
        self.branch3 = averaged(1536, 256)

    def forward(self, x):
        y, z = self.branch1_0(x), self.branch2_2(self.branch2_1(self.branch2_0(x)))
        return torch.cat([self.branch0(x), self.branch1_1a(y), self.branch1_1b(y), self.branch2_3a(z), self.branch2_3b(z),
                          self.branch3(x)], 1)


class InceptionV4(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        pool = nn.MaxPool2d(3, 2)
        half = (2, False)
        stem = [Unit(3, 32, S, *half), Unit(32, 32, S, 1, False), Unit(32, 64, S),
                Fork(maxpool=pool, conv=Unit(64, 96, S, *half)),
                Fork(branch0=chain(160, (64, P), (96, S, 1, False)),
                     branch1=chain(160, (64, P), (64, K17), (64, K71), (96, S, 1, False))),
                Fork(conv=Unit(192, 192, S, *half), maxpool=pool)]
        reduce_a = Fork(branch0=Unit(384, 384, S, *half), branch1=chain(384, (192, P), (224, S), (256, S, *half)), branch2=pool)
        reduce_b = Fork(branch0=chain(1024, (192, P), (192, S, *half)),
                        branch1=chain(1024, (256, P), (256, K17), (320, K71), (320, S, *half)), branch2=pool)
        self.features = nn.Sequential(*stem, *[module_a() for _ in range(4)], reduce_a, *[module_b() for _ in range(7)],
                                      reduce_b, *[ModuleC() for _ in range(3)])
        self.last_linear = nn.Linear(1536, classes)

    def forward(self, x):
        return self.last_linear(self.features(x).mean((2, 3)))
