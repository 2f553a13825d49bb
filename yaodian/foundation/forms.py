"""How forms look, and the way through which a page learns what was wrong with them."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ field.as_field_group }}` come out in the look of the design system."""

    form_template_name = "foundation/form.html"
    field_template_name = "foundation/field.html"
