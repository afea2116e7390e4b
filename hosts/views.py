"""Who presents: the list of hosts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from donghai.paging import page_of
from hosts.models import Host, Language

PAGE = 24


def hosts(request: HttpRequest) -> HttpResponse:
    """Everybody who presents, or those who speak `?language=`."""
    language = request.GET.get("language", "")
    found = Host.objects.prefetch_related("languages")
    if language in Language.values:
        found = found.filter(languages__language=language)
    page = page_of(found, request, PAGE)
    return render(
        request,
        "hosts/hosts.html",
        {
            "here": "hosts",
            "hosts": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "languages": Language.choices,
            "language": language,
        },
    )
