#pragma once

#include <cairo.h>

#include "ui/plot/theme.h"

/**
 * KappaTextRecord:
 *
 * Cairo turns the letters of an SVG file into outlines. A record that is attached to a surface receives the text
 * drawn on it instead, and writes it as text elements, which stay searchable and can be edited.
 */
typedef struct _KappaTextRecord KappaTextRecord;

KappaTextRecord *kappa_text_record_attach (cairo_surface_t *surface, const KappaTheme *theme);
KappaTextRecord *kappa_text_record_find   (cairo_surface_t *surface);
void             kappa_text_record_add    (KappaTextRecord *self, cairo_t *cr, const char *text, double size,
                                           gboolean bold, const KappaColor *color, double x, double baseline,
                                           double anchor);
char            *kappa_text_record_dup_svg (KappaTextRecord *self);
