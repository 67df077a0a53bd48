#pragma once

#include "ui/kappa-runner.h"

#define KAPPA_TYPE_QUEUE (kappa_queue_get_type ())
G_DECLARE_FINAL_TYPE (KappaQueue, kappa_queue, KAPPA, QUEUE, GObject)

KappaQueue   *kappa_queue_new         (void);
void          kappa_queue_set_threads (KappaQueue *self, guint n);
KappaWorkers *kappa_queue_get_workers (KappaQueue *self);
void          kappa_queue_push        (KappaQueue *self, KappaRunner *runner, KappaWorkspace *workspace);
KappaRunner     *kappa_queue_get_running (KappaQueue *self);
void          kappa_queue_interrupt   (KappaQueue *self);
