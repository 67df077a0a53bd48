#pragma once

#include <glib.h>

/**
 * KappaJsonWriter:
 *
 * Writes JSON (RFC 8259) member by member, indented by two spaces. Numbers are written with as few digits as read
 * back to the same double, whatever the locale.
 */
typedef struct _KappaJsonWriter KappaJsonWriter;

KappaJsonWriter *kappa_json_writer_new          (void);
void             kappa_json_writer_free         (KappaJsonWriter *self);
char            *kappa_json_writer_finish       (KappaJsonWriter *self);
void             kappa_json_writer_begin_object (KappaJsonWriter *self, const char *member);
void             kappa_json_writer_end_object   (KappaJsonWriter *self);
void             kappa_json_writer_begin_array  (KappaJsonWriter *self, const char *member);
void             kappa_json_writer_begin_row    (KappaJsonWriter *self, const char *member);
void             kappa_json_writer_end_array    (KappaJsonWriter *self);
void             kappa_json_writer_add_string   (KappaJsonWriter *self, const char *member, const char *value);
void             kappa_json_writer_add_number   (KappaJsonWriter *self, const char *member, double value);
void             kappa_json_writer_add_integer  (KappaJsonWriter *self, const char *member, gint64 value);
void             kappa_json_writer_add_boolean  (KappaJsonWriter *self, const char *member, gboolean value);
void             kappa_json_writer_add_null     (KappaJsonWriter *self, const char *member);
void             kappa_json_writer_add_raw      (KappaJsonWriter *self, const char *member, const char *json);

char            *kappa_number_to_text           (double value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaJsonWriter, kappa_json_writer_free)
