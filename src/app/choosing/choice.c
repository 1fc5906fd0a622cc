#include "config.h"

#include "app/choosing/choice.h"

#include <string.h>

struct _LucidaChoice
{
  GObject parent_instance;

  char *title;
  char *detail;
  LucidaQuestion *question;
};

G_DEFINE_FINAL_TYPE (LucidaChoice, lucida_choice, G_TYPE_OBJECT)

static void
lucida_choice_finalize (GObject *object)
{
  LucidaChoice *self = LUCIDA_CHOICE (object);

  g_free (self->title);
  g_free (self->detail);
  lucida_question_free (self->question);
  G_OBJECT_CLASS (lucida_choice_parent_class)->finalize (object);
}

static void
lucida_choice_class_init (LucidaChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lucida_choice_finalize;
}

static void
lucida_choice_init (LucidaChoice *self)
{
}

LucidaChoice *
lucida_choice_new (const char *title, const char *detail, const LucidaQuestion *question)
{
  LucidaChoice *self = g_object_new (LUCIDA_TYPE_CHOICE, NULL);

  self->title = g_strdup (title);
  self->detail = g_strdup (detail);
  self->question = lucida_question_copy (question);
  return self;
}

const char *
lucida_choice_get_title (LucidaChoice *self)
{
  return self->title;
}

const char *
lucida_choice_get_detail (LucidaChoice *self)
{
  return self->detail;
}

const LucidaQuestion *
lucida_choice_get_question (LucidaChoice *self)
{
  return self->question;
}

gboolean
lucida_choice_matches (LucidaChoice *self, const char *folded)
{
  g_autofree char *title = g_utf8_casefold (self->title, -1);

  return strstr (title, folded) != NULL;
}
