#pragma once

#include "core/graph/autodiff.h"
#include "core/graph/op.h"
#include "core/graph/program.h"
#include "core/ops/ops.h"

/*
 * Checks one example of one primitive: forward values against a second computation where there is one, jvp against
 * central differences, vjp against jvp, and both again one order higher.
 */

/* jvp, vjp, and the four second derivatives. */
typedef struct
{
  double numbers[6];
} HarnessValues;

KappaWorkers *harness_workers (void);
char         *harness_check   (const KappaOp *op, const KappaExample *example, KappaRuleHook hook, gpointer hook_data,
                               HarnessValues *values);
