#pragma once

#include "core/analysis/analysis.h"

/*
 * The analysis "scaling": what networks cost, and what they are worth, as functions of depth, width and resolution.
 *
 * Tables: "points", a row for each network at a resolution, counted and measured here or published; "front", the
 * points that no other dominates, for each cost; "lines", points that differ in one thing alone and the published
 * scaling rule; "fits", power laws between costs. Arrays: "latency_runs", every measured pass; "macs_by_depth" and the
 * like, costs of the first network along one of the three.
 */

/**
 * KappaScalingFamily:
 * @KAPPA_SCALING_FAMILY_AUTO: that of each model that is of one
 */
typedef enum
{
  KAPPA_SCALING_FAMILY_AUTO,
  KAPPA_SCALING_FAMILY_RESNET,
  KAPPA_SCALING_FAMILY_RESNET_RS,
  KAPPA_SCALING_FAMILY_CIFAR,
} KappaScalingFamily;

#define KAPPA_TYPE_SCALING_FAMILY (kappa_scaling_family_get_type ())
GType kappa_scaling_family_get_type (void);

#define KAPPA_TYPE_SCALING (kappa_scaling_get_type ())
G_DECLARE_FINAL_TYPE (KappaScaling, kappa_scaling, KAPPA, SCALING, KappaAnalysis)
