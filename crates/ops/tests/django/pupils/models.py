"""What each school keeps in its own schema."""

from django.db import models


class Form(models.Model):
    title = models.CharField(max_length=40, unique=True)


class Pupil(models.Model):
    name = models.CharField(max_length=100)
    form = models.ForeignKey(Form, on_delete=models.CASCADE)
    grade = models.DecimalField(max_digits=3, decimal_places=1, null=True)


class Remark(models.Model):
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE)
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)
