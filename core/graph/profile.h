#pragma once

#include "core/graph/program.h"

/**
 * KappaStepTime:
 * @name: of the primitive; "chain" for fused elementwise primitives, "copy", "pack"
 * @seconds: median time in its place among the others
 * @alone: median time repeated by itself, its operands warm: what the kernel costs where nothing else is
 * @macs: its multiply-adds
 */
typedef struct
{
  const char *name;
  double seconds;
  double alone;
  guint64 macs;
} KappaStepTime;

GArray *kappa_program_profile (KappaProgram *program, const KappaFeed *feed, guint repeats, GError **error);
