#pragma once

#include "core/analysis/analysis.h"

/*
 * A recipe is an analysis with its parameters and inputs, as JSON: all that is needed to get the same numbers again.
 *
 *   { "kappa": "0.1.0", "engine": 1, "isa": "avx512", "analysis": "landscape",
 *     "precision": "float32", "seed": 0, "l2": 0,
 *     "parameters": { "x": "-1:1:51", … },
 *     "inputs": { "model": [ { "source": "/…/resnet20.th", "sha256": "…", "settings": "size=32,…" } ],
 *                 "data": [ { "source": "cifar10:/…/test_batch.bin", "images": "0:1000", "sha256": "…",
 *                             "selection": "…" } ] } }
 *
 * "settings" is all that the preset decided; "selection" the images that were used. A recipe written by hand needs
 * "analysis" and "inputs" alone, and an input may be just its source.
 */

char     *kappa_recipe_to_json    (KappaAnalysis *analysis, KappaInputs *inputs);
char     *kappa_recipe_key        (KappaAnalysis *analysis, KappaInputs *inputs);
gboolean  kappa_recipe_from_json  (const char *text, KappaAnalysis **analysis, KappaInputs **inputs, GError **error);
char     *kappa_recipe_to_command (KappaAnalysis *analysis, KappaInputs *inputs);
