#!/usr/bin/env python3
"""Prints the tables of OptimiserValueTests and ScheduleValueTests, computed by PyTorch 1.13.1 in double precision.

Parameters, gradients, losses and rates are those of the tests. Clipping is torch.nn.utils.clip_grad_norm_, then clip_grad_value_.
"""

import torch
from torch.optim import SGD, Adagrad, Adadelta, Adam, AdamW, RMSprop
from torch.optim import lr_scheduler as schedules

RATE = 0.1
START = [1.0, -0.5]
GRADIENTS = [[0.5, -2.0], [-1.5, 0.25], [3.0, 1.0], [0.125, -0.5]]


def values(make, clip=0.0, clip_value=0.0, **options):
    p = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimiser = make([p], lr=RATE, **options)
    after = []
    for gradient in GRADIENTS:
        p.grad = torch.tensor(gradient, dtype=torch.float64)
        if clip > 0:
            torch.nn.utils.clip_grad_norm_([p], clip)
        if clip_value > 0:
            torch.nn.utils.clip_grad_value_([p], clip_value)
        optimiser.step()
        after += p.tolist()
    return after


OPTIMISERS = [
    ('"sgd") { Momentum = 0 }', SGD, {}),
    ('"sgd")', SGD, dict(momentum=0.9)),
    ('"sgd") { Momentum = 0.5, Dampening = 0.3 }', SGD, dict(momentum=0.5, dampening=0.3)),
    ('"sgd") { Momentum = 0.5, Dampening = 1 }', SGD, dict(momentum=0.5, dampening=1)),
    ('"sgd") { Momentum = 0.5, Nesterov = true }', SGD, dict(momentum=0.5, nesterov=True)),
    ('"sgd") { Momentum = 0, WeightDecay = 0.7 }', SGD, dict(weight_decay=0.7)),
    ('"sgd") { Momentum = 0, Clip = 1 }', SGD, dict(clip=1)),
    ('"sgd") { Momentum = 0, ClipValue = 1 }', SGD, dict(clip_value=1)),
    ('"sgd") { Momentum = 0, WeightDecay = 0.7, ClipValue = 1 }', SGD, dict(weight_decay=0.7, clip_value=1)),
    ('"sgd") { Momentum = 0, WeightDecay = 0.7, Clip = 1, ClipValue = 0.75 }', SGD, dict(weight_decay=0.7, clip=1, clip_value=0.75)),
    ('"adam")', Adam, {}),
    ('"adam") { Beta1 = 0.8, Beta2 = 0.7 }', Adam, dict(betas=(0.8, 0.7))),
    ('"adam") { Epsilon = 0.2 }', Adam, dict(eps=0.2)),
    ('"adam") { WeightDecay = 0.7 }', Adam, dict(weight_decay=0.7)),
    ('"adam") { WeightDecay = 0.7, ClipValue = 1 }', Adam, dict(weight_decay=0.7, clip_value=1)),
    ('"amsgrad") { Beta2 = 0.5 }', Adam, dict(amsgrad=True, betas=(0.9, 0.5))),
    ('"amsgrad") { Beta1 = 0.8, Beta2 = 0.3, Epsilon = 0.2, WeightDecay = 0.7 }', Adam, dict(amsgrad=True, betas=(0.8, 0.3), eps=0.2, weight_decay=0.7)),
    ('"adamw")', AdamW, {}),
    ('"adamw") { WeightDecay = 0 }', AdamW, dict(weight_decay=0)),
    ('"adamw") { Beta1 = 0.8, Beta2 = 0.7, Epsilon = 0.2, WeightDecay = 0.7, ClipValue = 1 }', AdamW, dict(betas=(0.8, 0.7), eps=0.2, weight_decay=0.7, clip_value=1)),
    ('"rmsprop")', RMSprop, {}),
    ('"rmsprop") { Smoothing = 0.5 }', RMSprop, dict(alpha=0.5)),
    ('"rmsprop") { Epsilon = 0.2 }', RMSprop, dict(eps=0.2)),
    ('"rmsprop") { Momentum = 0.6 }', RMSprop, dict(momentum=0.6)),
    ('"rmsprop") { Centred = true }', RMSprop, dict(centered=True)),
    ('"rmsprop") { Centred = true, Momentum = 0.6, Smoothing = 0.5, Epsilon = 0.2, WeightDecay = 0.7, ClipValue = 1 }', RMSprop,
     dict(centered=True, momentum=0.6, alpha=0.5, eps=0.2, weight_decay=0.7, clip_value=1)),
    ('"adagrad")', Adagrad, {}),
    ('"adagrad") { RateDecay = 0.5 }', Adagrad, dict(lr_decay=0.5)),
    ('"adagrad") { Epsilon = 0.2 }', Adagrad, dict(eps=0.2)),
    ('"adagrad") { RateDecay = 0.5, WeightDecay = 0.7, ClipValue = 1 }', Adagrad, dict(lr_decay=0.5, weight_decay=0.7, clip_value=1)),
    ('"adadelta")', Adadelta, {}),
    ('"adadelta") { Smoothing = 0.5 }', Adadelta, dict(rho=0.5)),
    ('"adadelta") { Epsilon = 0.2 }', Adadelta, dict(eps=0.2)),
    ('"adadelta") { WeightDecay = 0.7, ClipValue = 1 }', Adadelta, dict(weight_decay=0.7, clip_value=1)),
]

UPDATES, WARM_UP, HIGHEST = 12, 3, 0.5


def rates(make, steps=UPDATES, **options):
    optimiser = SGD([torch.nn.Parameter(torch.zeros(1))], lr=HIGHEST)
    schedule = make(optimiser, **options)
    found = []
    for step in range(steps):
        found.append(optimiser.param_groups[0]['lr'])
        optimiser.step()
        if step + 1 < steps:
            schedule.step()
    return found


def warm(make, **options):
    return [HIGHEST * (i + 1) / WARM_UP for i in range(WARM_UP)] + rates(make, UPDATES - WARM_UP, **options)


REST = UPDATES - WARM_UP
SCHEDULES = [
    ('"cosine")', rates(schedules.CosineAnnealingLR, T_max=UPDATES, eta_min=HIGHEST / 100)),
    ('"cosine") { WarmUp = 3 }', warm(schedules.CosineAnnealingLR, T_max=REST, eta_min=HIGHEST / 100)),
    ('"step")', rates(schedules.StepLR, step_size=UPDATES // 3)),
    ('"step") { DecayEvery = 5, Decay = 0.3 }', rates(schedules.StepLR, step_size=5, gamma=0.3)),
    ('"step") { WarmUp = 3, DecayEvery = 2 }', warm(schedules.StepLR, step_size=2)),
    ('"exponential")', rates(schedules.ExponentialLR, gamma=0.01 ** (1 / UPDATES))),
    ('"exponential") { Decay = 0.7, WarmUp = 3 }', warm(schedules.ExponentialLR, gamma=0.7)),
    ('"onecycle")', rates(schedules.OneCycleLR, max_lr=HIGHEST, total_steps=UPDATES, cycle_momentum=False)),
]

LOSSES = [5, 4.9999, 5.5, 4, 4, 4, 4, 4, 3.9, 4, 4, 4, 4, 4, 4, 4]


def plateau(**options):
    optimiser = SGD([torch.nn.Parameter(torch.zeros(1))], lr=HIGHEST)
    schedule = schedules.ReduceLROnPlateau(optimiser, **options)
    found = []
    for loss in LOSSES:
        optimiser.step()
        schedule.step(loss)
        found.append(optimiser.param_groups[0]['lr'])
    return found


PLATEAUS = [
    ('{ Patience = 2 }', plateau(patience=2)),
    ('{ Factor = 0.5, Patience = 0 }', plateau(factor=0.5, patience=0)),
    ('{ Factor = 0.5, Patience = 0, CoolDown = 2 }', plateau(factor=0.5, patience=0, cooldown=2)),
    ('{ Factor = 0.5, Patience = 1, CoolDown = 3 }', plateau(factor=0.5, patience=1, cooldown=3)),
    ('{ Factor = 0.5, Patience = 0, Lowest = 0.1 }', plateau(factor=0.5, patience=0, min_lr=0.1)),
    ('{ Factor = 0.5, Patience = 0, Threshold = 0.1 }', plateau(factor=0.5, patience=0, threshold=0.1)),
]


def show(prefix, name, numbers, digits):
    print(f"        ({prefix}{name}, [{', '.join(f'{number:.{digits}g}' for number in numbers)}]),")


if __name__ == "__main__":
    for name, make, options in OPTIMISERS:
        show("Of(", name, values(make, **options), 15)
    print()
    for name, numbers in SCHEDULES:
        show("Of(", name, numbers, 13)
    print()
    for name, numbers in PLATEAUS:
        show("new(0.5) ", name, numbers, 13)
