#pragma once

#include <sqlite3.h>

#include "core/analysis/result.h"

/*
 * What writes the changes of one result, for KappaRun.
 */

typedef struct _KappaRunWriter KappaRunWriter;

/**
 * KappaRunWriterFunc:
 *
 * Part of a transaction in which the run is known to be still claimed.
 */
typedef gboolean (*KappaRunWriterFunc) (sqlite3 *db, gpointer data, GError **error);

extern const KappaResultListener kappa_run_writer_listener;

KappaRunWriter *kappa_run_writer_new       (sqlite3 *db, const char *workspace, gint64 run, gint64 claim);
void            kappa_run_writer_free      (KappaRunWriter *self);
void            kappa_run_writer_stop      (KappaRunWriter *self);
gboolean        kappa_run_writer_flush     (KappaRunWriter *self, GError **error);
gboolean        kappa_run_writer_transact  (KappaRunWriter *self, KappaRunWriterFunc func, gpointer data, GError **error);
GError         *kappa_run_writer_dup_error (KappaRunWriter *self);
