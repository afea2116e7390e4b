"""All doors of hosts/."""

from django.urls import path

from hosts import views

app_name = "hosts"

urlpatterns = [path("hosts/", views.hosts, name="hosts")]
