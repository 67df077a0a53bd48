#pragma once

#include "core/analysis/landscape.h"
#include "core/analysis/predict.h"

/* The bundled network, and some of its images, as inputs of an analysis; open. */
KappaInputs *fixture_open_inputs (const char *images);
void         fixture_add_model   (KappaInputs *inputs);
void         fixture_add_images  (KappaInputs *inputs, const char *images);
KappaModel  *fixture_open_model  (void);

/* A checkpoint near a model's: every number multiplied by 1 + step × a normal deviate of the stream called name. */
void         fixture_save_neighbour (KappaModel *model, const char *path, const char *name, double step);
void         fixture_set         (KappaAnalysis *analysis, const char *name, const char *text);

/* An analysis run to its end, with so many threads; the progress tells how much was computed. */
KappaResult *fixture_run         (KappaAnalysis *analysis, KappaInputs *inputs, KappaResult *result, guint threads);
double       fixture_scalar      (KappaResult *result, const char *name);
double       fixture_last_total  (void);
