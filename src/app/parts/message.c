#include "app/parts/message.h"

void
lucida_message_show (GtkLabel *label, const char *sentence, gboolean wrong)
{
  gtk_label_set_text (label, sentence ? sentence : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), sentence);
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (label), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (label), "error");
}
