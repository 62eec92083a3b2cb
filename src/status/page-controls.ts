/** What a visitor of the sandbox can do to it: the page's program carries it out. */
export const controlsHtml = `<section aria-labelledby="try-heading" id="try">
<h2 id="try-heading">Try to break it</h2>
<div class="forms">
<form data-control="jobs"><label>Jobs <input name="count" type="number" min="1" max="50" value="3" required></label>
<label>of <input name="seconds" type="number" min="1" max="3600" value="20" required> s</label><button>Add jobs</button></form>
<form data-control="group"><label>Desired capacity <input name="desired" type="number" min="0" max="50" required></label><button>Set</button></form>
<form data-control="faults"><label>Fault in <select name="service"><option value="gitlab">GitLab</option><option value="autoscaling">Auto Scaling</option><option value="metadata">Metadata</option><option value="ec2">EC2</option></select></label>
<label>kind <select name="kind"><option>error</option><option>throttle</option><option>hang</option><option>reset</option><option>slow</option><option>lost</option></select></label>
<label>times <input name="times" type="number" min="1" max="1000" value="5" required></label><button>Inject</button><button type="button" data-clear>Clear faults</button></form>
</div>
<p id="answer" role="status"></p>
<div id="world"></div>
</section>`;
