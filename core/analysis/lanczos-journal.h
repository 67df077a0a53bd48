#pragma once

#include "core/analysis/lanczos.h"
#include "core/analysis/result.h"

/*
 * A Lanczos run written down in a result as it goes, so that it can be taken up again after the process was killed, to
 * the same bits: state arrays whose names begin with the journal's. Each step adds its vectors; the last thing written
 * is the count of them, so whatever was written before is whole.
 */

/**
 * KappaLanczosJournal:
 * @name: what names of the arrays begin with, a dot first
 * @n_vectors: how many of the basis are written down
 * @n_rows: how many rows of the matrix
 * @bank: which of two sets of arrays they are in: a restart fills the other one
 */
typedef struct
{
  KappaResult *result;
  const char *name;
  guint n_vectors;
  guint n_rows;
  guint bank;
} KappaLanczosJournal;

gboolean kappa_lanczos_journal_load   (KappaLanczosJournal *self, KappaLanczos *lanczos);
void     kappa_lanczos_journal_save   (KappaLanczosJournal *self, KappaLanczos *lanczos);
void     kappa_lanczos_journal_forget (KappaResult *result, const char *name);

void     kappa_state_set_bytes        (KappaResult *result, const char *name, gconstpointer bytes, gsize size);
gboolean kappa_state_get_bytes        (KappaResult *result, const char *name, gpointer bytes, gsize size);
