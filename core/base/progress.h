#pragma once

#include <gio/gio.h>

#define KAPPA_TYPE_PROGRESS (kappa_progress_get_type ())
G_DECLARE_FINAL_TYPE (KappaProgress, kappa_progress, KAPPA, PROGRESS, GObject)

/**
 * KappaProgressState:
 * @done: units of work finished, a number of @total; both in any unit
 * @started: monotonic time at which the work began, microseconds
 * @left: predicted seconds left, negative while unknown
 */
typedef struct
{
  double done;
  double total;
  gint64 started;
  double left;
  char   message[120];
} KappaProgressState;

KappaProgress     *kappa_progress_new         (void);
void               kappa_progress_start       (KappaProgress *self, double total, const char *message);
void               kappa_progress_set_message (KappaProgress *self, const char *message);
void               kappa_progress_advance     (KappaProgress *self, double units);
void               kappa_progress_set_done    (KappaProgress *self, double done);
void               kappa_progress_begin_part  (KappaProgress *self, double size, const char *title);
void               kappa_progress_end_part    (KappaProgress *self);
KappaProgressState kappa_progress_get_state   (KappaProgress *self);
void               kappa_progress_set_paused  (KappaProgress *self, gboolean paused);
gboolean           kappa_progress_get_paused  (KappaProgress *self);
gboolean           kappa_progress_check       (KappaProgress *self, GCancellable *cancellable, GError **error);
