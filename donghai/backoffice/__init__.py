"""What the admin of every app is built from. (Not in `donghai.admin`: Django makes the
site before it looks for pages, and importing that package registers some.)

    duties   who may see, keep and do what
    site     the door, the menu, the front page
    figures  what the front page counts
    pages    what every list and page of rows shares
    columns  how rows are shown: words, money, moments, links
"""
