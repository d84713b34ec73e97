// One transport for several videos: the shortest leads, the others follow it within a frame.
const PLAY = 'M7 5v14l12-7z', PAUSE = 'M6 5h4v14H6zM14 5h4v14h-4z';
const FOLLOW = 0.6;  // of a frame: farther away, a video is put back in step

const find = selector => element.querySelector(selector);
const videos = () => props.ids.map(id => document.querySelector(`#${id} video`)).filter(video => video?.duration > 0);
const leader = () => videos().reduce((a, b) => (a && a.duration <= b.duration ? a : b), null);
const fps = () => Number(find('[data-fps]')?.dataset.fps) || 8;

let isPlaying = false, isSeeking = false, shown = null;

function play(wanted) {
  isPlaying = wanted;
  const button = find('[data-do=play]');
  button.setAttribute('aria-pressed', wanted);
  button.setAttribute('aria-label', wanted ? 'Pause' : 'Play');
  button.querySelector('path').setAttribute('d', wanted ? PAUSE : PLAY);
  for (const video of videos()) {
    video.muted = video !== document.querySelector(`#${props.ids.at(-1)} video`);
    video.playbackRate = Number(find('select').value);
    wanted ? video.play().catch(() => { video.muted = true; video.play().catch(() => {}); }) : video.pause();
  }
}

function seek(time) {
  for (const video of videos()) video.currentTime = Math.max(0, Math.min(time, video.duration - 0.001));
}

function step(frames) {
  const lead = leader();
  if (!lead) return;
  play(false);
  seek((Math.floor(lead.currentTime * fps() + 0.001) + frames + 0.5) / fps());
}

element.addEventListener('click', event => {
  const action = event.target.closest('[data-do]')?.dataset.do;
  if (action === 'play') play(!isPlaying);
  if (action === 'back') step(-1);
  if (action === 'on') step(1);
});
element.addEventListener('input', event => {
  const lead = leader();
  if (event.target.type !== 'range' || !lead) return;
  isSeeking = true;
  seek(event.target.value / 1000 * lead.duration);
});
element.addEventListener('change', event => {
  if (event.target.type === 'range') isSeeking = false;
  else for (const video of videos()) video.playbackRate = Number(event.target.value);
});

function follow() {
  if (!element.isConnected) return;
  const lead = leader();
  if (lead) {
    if (isPlaying && (lead.ended || lead.currentTime > lead.duration - 0.02)) { seek(0); play(true); }
    for (const video of isPlaying ? videos() : []) {
      if (video !== lead && Math.abs(video.currentTime - lead.currentTime) > FOLLOW / fps()) video.currentTime = lead.currentTime;
    }
    if (lead.currentTime !== shown) show(lead);
  }
  requestAnimationFrame(follow);
}

function show(lead) {  // only what has changed, as the page is painted anew each time
  shown = lead.currentTime;
  if (!isSeeking) find('input').value = Math.round(1000 * lead.currentTime / lead.duration);
  find('output').textContent = `${lead.currentTime.toFixed(2)} of ${lead.duration.toFixed(2)} s`;
}
follow();
document.documentElement.dataset.ready = 'yes';
