from django.db import migrations

# What was read of other platforms' rules, and when. Staff keeps it up in the admin.
KNOWN = """
INSERT INTO livestream_platform
  (slug, name, server, policy, note, checked_on, source) VALUES
('tiktok', 'TikTok Shop', '', 'FORBIDDEN',
 'The rules seen (Indonesia) forbid sending the same show to several platforms and pointing buyers elsewhere; both cost points or end the show. Other countries may differ.',
 '2026-11-21', 'seller-id.tokopedia.com/university/course?content_id=7057154411415297'),
('whatnot', 'Whatnot', '', 'UNCERTAIN',
 'Seen in practice; no rule was found that allows it.', NULL, ''),
('taobao', 'Taobao Live', '', 'UNCERTAIN',
 'Seen in practice; no rule was found that allows it.', NULL, ''),
('youtube', 'YouTube', 'rtmps://a.rtmps.youtube.com:443/live2', 'UNCERTAIN',
 'Its rules were not read yet. Live streams may need an account that was verified a day before.', NULL, ''),
('facebook', 'Facebook', 'rtmps://live-api-s.facebook.com:443/rtmp', 'UNCERTAIN',
 'Its rules were not read yet. Its shopping rules differ by country.', NULL, ''),
('instagram', 'Instagram', 'rtmps://live-upload.instagram.com:443/rtmp', 'UNCERTAIN',
 'Its rules were not read yet. The picture must be upright.', NULL, ''),
('twitch', 'Twitch', 'rtmps://live.twitch.tv:443/app', 'UNCERTAIN',
 'Its rules were not read yet.', NULL, ''),
('other', 'Another server', '', 'UNCERTAIN',
 'A server of your own, or one not listed here: read its rules first.', NULL, '')
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("livestream", "0005_chat_truths")]

    operations = [migrations.RunSQL(KNOWN, migrations.RunSQL.noop)]
